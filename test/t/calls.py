"""Random calls over the whole API, for tests that many clients make together.

set_up() makes the masters, Calls draws one call after the other: goods with and
without lots and single units, of catch weight, periodic; on pallets and cartons
that are packed, moved, shipped and received whole; late lines, counts, transfers,
production, relots, returns of lines, reversals, changes of owner; lots that are
held and recalled, periods and closings.  What a call rests on is looked up when
it is drawn, so that it can be made again as it was.

audit() derives balances, levels of the past and what is on units from the lines
alone, without any code of ims, and compares.
"""

import collections
import json
from decimal import Decimal

import psycopg
from psycopg.types.json import Jsonb

OWNERS = ["ALPHA", "BETA"]
SITES = {"EAST": ["E1", "E2", "E3", "E4"], "WEST": ["W1", "W2", "W3"]}
BINS = [place for places in SITES.values() for place in places]
SITE_OF = {place: site for site, places in SITES.items() for place in places}
PLAIN = ["TEA", "CUP", "SALT", "RICE"]
LOTS = ["L1", "L2", "L3", "L4"]
UNITS = ["P1", "P2", "P3", "C1", "C2", "C3", "C4"]
SERIALS = ["S%02d" % n for n in range(1, 13)]

# What a client is told of a call that cannot be; anything else is a defect.
REFUSED = {
    "IV105", "IV106", "IV107", "IV141", "IV201", "IV203", "IV205", "IV206", "IV207", "IV210", "IV212",
    "IV213", "IV214", "IV215", "IV216", "IV219", "IV223", "IV224", "IV225", "IV227", "IV228",
    "IV230", "IV231", "IV240", "IV241", "IV242", "IV251", "IV301", "IV303", "IV304", "IV305",
    "IV307", "23505", "P0002"}

Call = collections.namedtuple("Call", "name query arguments")


def set_up(connection):
    """Sites and items alike for all owners, and stock of the first day of 2001."""
    connection.execute("SET client_min_messages = warning")
    for site, places in SITES.items():
        connection.execute("SELECT ims.create_site(code => %s, name => 'site')", [site])
        for place in places:
            connection.execute(
                "SELECT ims.create_location(code => %s, name => 'bin', kind => 'bin',"
                " parent => %s)", [place, site])
    for owner in OWNERS:
        connection.execute("SELECT ims.create_owner(code => %s, name => 'owner')", [owner])
        item = "SELECT ims.create_item(owner => %s, code => %s, name => 'item'"
        for code in PLAIN:
            connection.execute(item + ")", [owner, code])
        connection.execute(item + ", negative_ok => true)", [owner, "DEBT"])
        connection.execute(item + ", tracking => 'lot')", [owner, "MILK"])
        connection.execute(item + ", tracking => 'serial')", [owner, "PHONE"])
        connection.execute(item + ", periodic => true)", [owner, "SAND"])
        connection.execute(item + ", measured_unit => 'KGM', measured_per_base => 10,"
                           " measured_tolerance => 0.5)", [owner, "HAM"])
        for lot in LOTS:
            connection.execute("SELECT ims.create_lot(owner => %s, item => 'MILK', lot => %s,"
                               " expires_on => '2099-01-01')", [owner, lot])
            connection.execute("SELECT ims.create_lot(owner => %s, item => 'PHONE', lot => %s)",
                               [owner, lot])
        connection.execute("SELECT ims.create_serials(owner => %s, item => 'PHONE', codes => %s)",
                           [owner, SERIALS])
        for unit in UNITS:
            connection.execute("SELECT ims.create_handling_unit(owner => %s, code => %s)",
                               [owner, unit])
        connection.execute("SELECT ims.create_party(owner => %s, code => 'JANE', name => 'Jane',"
                           " kind => 'customer')", [owner])
        for month in range(1, 13):
            connection.execute(
                "SELECT ims.create_period(owner => %s, name => %s, starts_at => %s, ends_at => %s)",
                [owner, "2001-%02d" % month, "2001-%02d-01 00:00+00" % month,
                 "%d-%02d-01 00:00+00" % (2001 + month // 12, month % 12 + 1)])
        lines = [{"item": item, "quantity": 60, "to_location": place}
                 for item in PLAIN for place in BINS]
        lines += [{"item": "MILK", "quantity": 60, "lot": lot, "to_location": place}
                  for lot in LOTS for place in BINS[:3]]
        lines += [{"item": "HAM", "quantity": 20, "measured_quantity": 200, "to_location": place}
                  for place in BINS[:3]]
        lines += [{"item": "SAND", "quantity": 500, "to_location": place} for place in BINS[:2]]
        lines += [{"item": "PHONE", "quantity": 1, "serial": serial, "to_location": "E1"}
                  for serial in SERIALS[:8]]
        lines += [{"item": item, "quantity": 10, "to_location": "E1", "handling_unit": unit}
                  for item in PLAIN[:2] for unit in UNITS]
        connection.execute("SELECT ims.post(owner => %s, kind => 'receive', lines => %s,"
                           " effective_at => '2001-01-01 00:00+00')", [owner, Jsonb(lines)])


class Calls:
    """Draws calls; looks up by its connection what they rest on."""

    # How often, and the methods below by their names.
    WEIGHTS = {
        "verb": 20, "batch": 8, "past": 8, "count": 5, "complete_count": 1, "dispatch": 3,
        "arrival": 4, "produce": 4, "relot": 4, "relot_serials": 1, "give_back": 4,
        "reversal": 6, "ownership": 3, "pack": 5, "nest": 4, "unpack": 4, "move_unit": 5,
        "whole_unit": 2, "unit_state": 1, "lot_status": 3, "recall": 1, "lot_life": 1,
        "serial_life": 1, "flag": 1, "closing": 1, "period": 1}

    # Those that take no key.
    MASTERS = {"unit_state", "lot_status", "recall", "lot_life", "serial_life", "flag",
               "closing", "period"}

    def __init__(self, dice, name, connection=None):
        self.dice = dice
        self.name = name
        self.connection = connection
        self.number = 0
        self.names = list(self.WEIGHTS)
        self.weights = list(self.WEIGHTS.values())

    def look(self, query, arguments=()):
        return self.connection.execute(query, arguments).fetchall()

    def draw(self, key=None):
        """A call; with a key, one that posts under it: its row is the posting."""
        while True:
            self.number += 1
            name = self.dice.choices(self.names, self.weights)[0]
            if key is not None and name in self.MASTERS:
                continue
            drawn = getattr(self, name)()
            if drawn is None:
                continue
            function, arguments = drawn
            if key is not None:
                arguments["idempotency_key"] = key
            given = {n: value for n, value in arguments.items() if value is not None}
            return Call(name, "SELECT %s FROM ims.%s(%s) AS r" % (
                "*" if key is None else "max(r.posting_id)", function,
                ", ".join("%s => %%(%s)s" % (n, n) for n in given)), given)

    # what calls are made of

    def owner(self):
        return self.dice.choice(OWNERS[:1] * 3 + OWNERS[1:])

    def time(self):
        """Mostly none; else an instant of 2001, or of just now."""
        choice = self.dice.random()
        if choice < 0.85:
            return None
        if choice < 0.93:
            return "2001-%02d-%02d %02d:00+00" % (
                self.dice.randint(1, 12), self.dice.randint(1, 28), self.dice.randint(0, 23))
        return self.look("SELECT clock_timestamp() - %s * interval '1 millisecond'",
                         [self.dice.randint(0, 4000)])[0][0]

    def goods(self, item=None):
        """Item and quantity of a line, with what its tracking asks for."""
        dice = self.dice
        item = item or dice.choice(PLAIN * 3 + ["DEBT", "MILK", "MILK", "MILK", "PHONE", "PHONE", "HAM"])
        line = {"item": item, "quantity": dice.randint(1, 6)}
        if item == "MILK":
            line["lot"] = dice.choice(LOTS)
        elif item == "PHONE":
            line.update(quantity=1, serial=dice.choice(SERIALS))
        elif item == "HAM":
            line["measured_quantity"] = line["quantity"] * 10 + dice.randint(-2, 2)
        return line

    def unit(self):
        return self.dice.choice(UNITS) if self.dice.random() < 0.15 else None

    def verb(self):
        dice = self.dice
        verb = dice.choice(["receive", "receive", "ship", "ship", "transfer", "transfer", "adjust",
                            "scrap", "consume", "return_from_customer", "return_to_supplier"])
        arguments = dict(self.goods(), owner=self.owner(), effective_at=self.time())
        if verb == "adjust":
            arguments["quantity"] *= dice.choice([-1, 1])
            arguments["location"] = dice.choice(BINS)
            arguments["handling_unit"] = self.unit()
        elif verb == "transfer":
            place = dice.choice(BINS)
            arguments["from_location"] = place
            arguments["to_location"] = dice.choice(SITES[SITE_OF[place]])
            arguments["from_handling_unit"] = self.unit()
            arguments["to_handling_unit"] = self.unit()
        else:
            arguments["handling_unit"] = self.unit()
            arguments["to_location" if verb in ("receive", "return_from_customer")
                      else "from_location"] = dice.choice(BINS)
        if verb in ("ship", "return_from_customer"):
            arguments["party"] = "JANE"
        return verb, arguments

    def batch(self):
        dice = self.dice
        kind = dice.choice(["receive", "ship", "transfer", "transfer", "move"])
        lines = []
        for _ in range(dice.randint(2, 15)):
            place = dice.choice(BINS)
            line = self.goods()
            if kind == "receive":
                line.update(to_location=place)
            elif kind == "ship":
                line.update(from_location=place)
            elif kind == "transfer":
                line.update(from_location=place, to_location=dice.choice(SITES[SITE_OF[place]]))
            else:
                line.update(from_location=dice.choice(["SUPPLIER", "ADJUSTMENT",
                                                       *SITES[SITE_OF[place]]]),
                            to_location=dice.choice([place, place, "CUSTOMER", "SCRAP"]))
            lines.append(line)
        return "post", {"owner": self.owner(), "kind": kind, "lines": Jsonb(lines),
                        "effective_at": self.time(),
                        "on_error": dice.choice(["error", "report", "report"])}

    def past(self):
        """A line of 2001, where it may meet closings and counts."""
        function, arguments = self.verb()
        arguments["effective_at"] = "2001-%02d-%02d %02d:00+00" % (
            self.dice.randint(6, 12), self.dice.randint(1, 28), self.dice.randint(0, 23))
        return function, arguments

    def count(self):
        dice = self.dice
        item = dice.choice(PLAIN + ["MILK", "PHONE", "HAM", "DEBT", "SAND"])
        arguments = self.goods(item)
        arguments.pop("measured_quantity", None)
        arguments.update(owner=self.owner(), location=dice.choice(BINS), counted_at=self.time())
        if item == "PHONE":
            arguments["quantity"] = dice.randint(0, 1)
        else:
            arguments["quantity"] = dice.randint(0, 40)
            arguments["handling_unit"] = self.unit()
        return "count_stock", arguments

    def complete_count(self):
        dice = self.dice
        lines = [{"item": item, "quantity": dice.randint(0, 30)} for item in dice.sample(PLAIN, 2)]
        return "count_stock", {"owner": self.owner(), "location": dice.choice(BINS[2:]),
                               "lines": Jsonb(lines), "complete": True, "counted_at": self.time()}

    def dispatch(self):
        place = self.dice.choice(BINS)
        return "dispatch", dict(
            self.goods(), owner=self.owner(), effective_at=self.time(), from_location=place,
            to_location="WEST" if SITE_OF[place] == "EAST" else "EAST", handling_unit=self.unit())

    def arrival(self):
        owner = self.owner()
        found = self.look("SELECT DISTINCT t.posting_id, t.destination FROM"
                          " ims.transfers_outstanding(owner => %s) AS t ORDER BY 1 LIMIT 8", [owner])
        if not found:
            return None
        posting_id, site = self.dice.choice(found)
        arguments = {"owner": owner, "posting_id": posting_id, "effective_at": self.time(),
                     "to_location": self.dice.choice(SITES[site])}
        if self.dice.random() < 0.4:
            line = self.look(
                "SELECT t.item, t.lot, t.serial, t.handling_unit, t.outstanding"
                " FROM ims.transfers_outstanding(owner => %s) AS t WHERE t.posting_id = %s"
                " ORDER BY t.item LIMIT 1", [owner, posting_id])
            if not line:
                return None
            line = dict(zip(("item", "lot", "serial", "handling_unit", "quantity"), line[0]))
            line = {name: value for name, value in line.items() if value}
            line["quantity"] = float(line["quantity"])
            if line["quantity"] > 1:
                share = self.dice.choice(["damaged", "missing"])
                line["quantity"] -= 1
                line[share] = 1
            arguments["lines"] = Jsonb([line])
            arguments["accept_overage"] = self.dice.random() < 0.3
        return "receive_transfer", arguments

    def produce(self):
        components = [dict(self.goods(), from_location=self.dice.choice(BINS))
                      for _ in range(self.dice.randint(1, 3))]
        return "produce", dict(self.goods(), owner=self.owner(), effective_at=self.time(),
                               to_location=self.dice.choice(BINS), components=Jsonb(components))

    def relot(self):
        dice = self.dice
        lots = dice.sample(LOTS, 3)
        if dice.random() < 0.2:
            lots[2] = "R%s-%d" % (self.name, self.number)
        split = dice.randint(1, 2)
        arguments = {"owner": self.owner(), "item": "MILK", "location": dice.choice(BINS[:4]),
                     "from_lots": lots[:split], "to_lots": lots[split:],
                     "handling_unit": self.unit(), "effective_at": self.time()}
        if split == 1:
            arguments["to_quantities"] = [Decimal(dice.randint(1, 5)) for _ in lots[split:]]
        return "relot", arguments

    def relot_serials(self):
        return "relot", {"owner": self.owner(), "item": "PHONE", "location": self.dice.choice(BINS[:4]),
                         "to_lots": [self.dice.choice(LOTS)],
                         "serials": self.dice.sample(SERIALS, self.dice.randint(1, 2))}

    def give_back(self):
        """A return of a line that was shipped, or received."""
        owner = self.owner()
        if self.dice.random() < 0.6:
            found = self.look(
                "SELECT r.movement_id, r.item, r.lot, r.serial, r.quantity_left"
                " FROM ims.returnable(owner => %s) AS r WHERE r.quantity_left > 0"
                " ORDER BY r.movement_id DESC LIMIT 20", [owner])
            function, place = "return_from_customer", "to_location"
        else:
            found = self.look(
                "SELECT m.movement_id, i.code, l.code, s.code, m.quantity::numeric"
                " FROM ims.movement AS m JOIN ims.item AS i USING (owner_id, item_id)"
                " JOIN ims.posting AS p USING (owner_id, posting_id)"
                " LEFT JOIN ims.lot AS l ON l.owner_id = m.owner_id AND l.lot_id = m.lot_id"
                " LEFT JOIN ims.serial AS s ON s.owner_id = m.owner_id AND s.serial_id = m.serial_id"
                " WHERE m.owner_id = (SELECT owner_id FROM ims.owner WHERE code = %s)"
                " AND p.kind = 'receive' AND m.from_location_id = 2"
                " ORDER BY m.movement_id DESC LIMIT 20", [owner])
            function, place = "return_to_supplier", "from_location"
        if not found:
            return None
        movement_id, item, lot, serial, left = self.dice.choice(found)
        arguments = {"owner": owner, "item": item, "lot": lot, "serial": serial,
                     "quantity": min(left, self.dice.randint(1, 3)), "origin_movement_id": movement_id,
                     "effective_at": self.time(), place: self.dice.choice(BINS)}
        if item == "HAM":
            arguments["measured_quantity"] = arguments["quantity"] * 10
        return function, arguments

    def reversal(self):
        owner = self.owner()
        found = self.look("SELECT p.posting_id FROM ims.posting AS p WHERE p.owner_id ="
                          " (SELECT owner_id FROM ims.owner WHERE code = %s)"
                          " ORDER BY p.posting_id DESC OFFSET %s LIMIT 1",
                          [owner, int(self.dice.expovariate(0.02))])
        if not found:
            return None
        return "reverse_posting", {"owner": owner, "posting_id": found[0][0], "reason": "wrong",
                                   "effective_at": self.time()}

    def ownership(self):
        owner, other = self.dice.sample(OWNERS, 2)
        arguments = dict(self.goods(), owner=owner, to_owner=other, location=self.dice.choice(BINS),
                         effective_at=self.time())
        arguments.pop("measured_quantity", None)
        arguments["handling_unit"] = self.unit()
        if self.dice.random() < 0.3:
            arguments["to_handling_unit"] = self.unit()
        return "transfer_ownership", arguments

    def pack(self):
        lines = [self.goods() for _ in range(self.dice.randint(1, 3))]
        for line in lines:
            if self.dice.random() < 0.3:
                line["from_location"] = self.dice.choice(BINS)
            elif self.dice.random() < 0.3:
                line["from_handling_unit"] = self.dice.choice(UNITS)
        return "pack", {"owner": self.owner(), "handling_unit": self.dice.choice(UNITS),
                        "lines": Jsonb(lines), "effective_at": self.time(),
                        "location": self.dice.choice(BINS) if self.dice.random() < 0.5 else None}

    def nest(self):
        unit, *others = self.dice.sample(UNITS, self.dice.randint(2, 3))
        arguments = {"owner": self.owner(), "handling_unit": unit, "handling_units": others,
                     "effective_at": self.time() if self.dice.random() < 0.3 else None}
        if self.dice.random() < 0.5:
            arguments["location"] = self.dice.choice(BINS)
        return "pack", arguments

    def unpack(self):
        dice = self.dice
        arguments = {"owner": self.owner(), "handling_unit": dice.choice(UNITS)}
        choice = dice.random()
        if choice < 0.6:
            found = self.look(
                "SELECT p.code, c.code FROM ims.handling_unit_nesting AS n"
                " JOIN ims.owner AS o USING (owner_id)"
                " JOIN ims.handling_unit AS c ON c.owner_id = n.owner_id"
                " AND c.handling_unit_id = n.handling_unit_id"
                " JOIN ims.handling_unit AS p ON p.owner_id = n.owner_id"
                " AND p.handling_unit_id = n.parent_id"
                " WHERE o.code = %s AND n.unpacked_at IS NULL ORDER BY n.handling_unit_id LIMIT 10",
                [arguments["owner"]])
            if not found:
                return None
            arguments["handling_unit"], child = dice.choice(found)
            arguments["handling_units"] = [child]
        elif choice < 0.8:
            arguments["lines"] = Jsonb([self.goods()])
        return "unpack", arguments

    def move_unit(self):
        dice = self.dice
        kind = dice.choice(["transfer", "transfer", "transfer", "ship", "dispatch"])
        owner = self.owner()
        found = self.look(
            "SELECT DISTINCT h.code FROM ims.stock AS s JOIN ims.owner AS o USING (owner_id)"
            " JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id)"
            " WHERE o.code = %s AND s.on_hand > 0 ORDER BY 1 DESC LIMIT 12", [owner])
        unit = dice.choice(UNITS) if not found or dice.random() < 0.3 else dice.choice(found)[0]
        arguments = {"owner": owner, "handling_unit": unit, "kind": kind}
        if kind == "transfer":
            arguments["to_location"] = dice.choice(BINS)
        elif kind == "dispatch":
            arguments["to_location"] = dice.choice(list(SITES))
        return "move_handling_unit", arguments

    def whole_unit(self):
        """A pallet that was announced, with a carton on it; seldom one that is known."""
        pallet = "A%s-%d" % (self.name, self.number)
        carton = pallet + "-C"
        if self.dice.random() < 0.2:
            carton = self.dice.choice(UNITS)
        contents = [{"handling_unit": carton, "parent": pallet}]
        for unit in (pallet, carton):
            line = self.goods(self.dice.choice(PLAIN + ["MILK"]))
            if "lot" in line and self.dice.random() < 0.3:
                line["lot"] = "N%d" % self.dice.randint(1, 6)
            contents.append(dict(line, handling_unit=unit))
        return "receive_handling_unit", {
            "owner": self.owner(), "scan": pallet, "contents": Jsonb(contents), "register": True,
            "post": True, "to_location": self.dice.choice(BINS), "effective_at": self.time()}

    def unit_state(self):
        return self.dice.choice(["close_handling_unit", "open_handling_unit", "open_handling_unit"]), {
            "owner": self.owner(), "handling_unit": self.dice.choice(UNITS)}

    def lot_status(self):
        return "set_lot_status", {
            "owner": self.owner(), "item": self.dice.choice(["MILK", "MILK", "PHONE"]),
            "lot": self.dice.choice(LOTS), "reason": "test",
            "status": self.dice.choice(["released"] * 4 + ["on_hold", "recalled", "expired"])}

    def recall(self):
        return "recall", {"owner": self.owner(), "item": "MILK", "lot": self.dice.choice(LOTS),
                          "descendants": self.dice.random() < 0.5, "reason": "test",
                          "dry_run": self.dice.random() < 0.5}

    def lot_life(self):
        """A lot that is made, changed or deleted; some were relotted into."""
        lot = "N%d" % self.dice.randint(1, 6)
        function = self.dice.choice(["create_lot", "change_lot", "delete_lot"])
        arguments = {"owner": self.owner(), "item": "MILK", "lot": lot}
        if function != "delete_lot":
            arguments["expires_on"] = "20%02d-01-01" % self.dice.randint(50, 99)
        return function, arguments

    def serial_life(self):
        function = self.dice.choice(["generate_serials", "delete_serial"])
        arguments = {"owner": self.owner(), "item": "PHONE"}
        if function == "generate_serials":
            arguments.update(how_many=self.dice.randint(1, 3), template="G####")
        else:
            arguments["serial"] = "G%04d" % self.dice.randint(1, 20)
        return function, arguments

    def flag(self):
        """Masters that postings rest on change, and change back."""
        dice = self.dice
        choice = dice.randrange(4)
        if choice == 0:
            return "change_item", {"owner": self.owner(), "item": "DEBT",
                                   "negative_ok": dice.random() < 0.7}
        if choice == 1:
            return "change_location", {"location": dice.choice(BINS), "sellable": dice.random() < 0.7}
        if choice == 2:
            return "change_item", {"owner": self.owner(), "item": dice.choice(["RICE", "PHONE"]),
                                   "status": dice.choice(["active", "active", "inactive"])}
        return "change_location", {"location": dice.choice(["E4", "W3"]),
                                   "status": dice.choice(["active", "active", "inactive"])}

    def closing(self):
        function = self.dice.choice(["take_closing", "take_closing", "drop_closing"])
        instant = "2001-%02d-15 00:00+00" % self.dice.randint(1, 12)
        if function == "take_closing" and self.dice.random() < 0.3:
            instant = self.look("SELECT clock_timestamp() - interval '1 second'")[0][0]
        return function, {"owner": self.owner(), "closed_at": instant}

    def period(self):
        """The next month of 2001 is closed, or the last one reopened; never beyond June."""
        owner = self.owner()
        reopen = self.dice.random() < 0.4
        found = self.look(
            "SELECT p.name FROM ims.period AS p JOIN ims.owner AS o USING (owner_id)"
            " WHERE o.code = %s AND p.status = %s AND p.name <= '2001-06' ORDER BY p.starts_at "
            + ("DESC" if reopen else "ASC") + " LIMIT 1", [owner, "closed" if reopen else "open"])
        if not found:
            return None
        return ("reopen_period" if reopen else "close_period"), {
            "owner": owner, "name": found[0][0], "reason": "test"}


def periodic_counts(connection, owner, name):
    """Counts what a period asks for, an hour before its end, so that it can be closed."""
    ends_at = connection.execute(
        "SELECT p.ends_at - interval '1 hour' FROM ims.period AS p JOIN ims.owner AS o USING (owner_id)"
        " WHERE o.code = %s AND p.name = %s", [owner, name]).fetchone()[0]
    balances = connection.execute(
        "SELECT s.location, s.handling_unit, s.on_hand FROM ims.stock_at(at => %s, owner => %s,"
        " items => '{SAND}') AS s WHERE s.location <> 'TRANSIT'", [ends_at, owner]).fetchall()
    for location, unit, on_hand in balances:
        try:
            connection.execute(
                "SELECT ims.count_stock(owner => %s, item => 'SAND', quantity => %s, location => %s,"
                " handling_unit => %s, counted_at => %s)",
                [owner, max(on_hand - 1, 0), location, unit, ends_at])
        except psycopg.Error as error:
            if error.sqlstate not in REFUSED:
                raise


# A balance, and what a line does to it.
LINES = """
SELECT m.owner_id, m.item_id, e.location_id, m.lot_id, e.handling_unit_id, m.effective_at, e.delta
  FROM ims.movement AS m
 CROSS JOIN LATERAL (VALUES
       (m.from_location_id, m.from_handling_unit_id, - m.quantity::numeric),
       (m.to_location_id, m.to_handling_unit_id, m.quantity::numeric))
       AS e (location_id, handling_unit_id, delta)
  JOIN ims.location AS l ON l.location_id = e.location_id AND l.keeps_stock"""


def audit(connection, instants=12):
    """Contradictions between the lines and what is derived from them."""
    problems = []
    levels = collections.defaultdict(Decimal)
    lines = connection.execute(LINES).fetchall()
    for *key, _, delta in lines:
        levels[tuple(key)] += delta
    stock = {tuple(key): on_hand for *key, on_hand in connection.execute(
        "SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id,"
        " s.on_hand::numeric FROM ims.stock AS s")}
    for key in levels.keys() | stock.keys():
        if levels.get(key, 0) != stock.get(key, 0):
            problems.append("balance %s: lines %s, stock %s" % (key, levels.get(key), stock.get(key)))
    times = sorted({line[5] for line in lines})
    names = {(owner_id, item_id): (owner, item) for owner_id, item_id, owner, item in connection.execute(
        "SELECT i.owner_id, i.item_id, o.code, i.code FROM ims.item AS i JOIN ims.owner AS o"
        " USING (owner_id)")}
    for instant in times[:: max(len(times) // instants, 1)]:
        past = collections.defaultdict(Decimal)
        for owner_id, item_id, *_, effective_at, delta in lines:
            if effective_at <= instant:
                past[names[owner_id, item_id]] += delta
        told = {}
        for owner in sorted({owner for owner, _ in names.values()}):
            for item, on_hand in connection.execute(
                    "SELECT s.item, s.on_hand FROM ims.stock_by_item_at(at => %s, owner => %s) AS s",
                    [instant, owner]):
                told[owner, item] = on_hand
        past = {key: level for key, level in past.items() if level != 0}
        told = {key: level for key, level in told.items() if level != 0}
        if past != told:
            problems.append("levels at %s: lines %s, ledger %s" % (
                instant, sorted(past.items() - told.items()), sorted(told.items() - past.items())))
    on_units = {(unit, item): quantity for unit, item, quantity in connection.execute(
        "SELECT h.code, i.code, sum(s.on_hand)::numeric FROM ims.stock AS s"
        " JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id)"
        " JOIN ims.item AS i USING (owner_id, item_id) JOIN ims.owner AS o USING (owner_id)"
        " WHERE o.code = %s AND s.on_hand > 0 GROUP BY 1, 2", [OWNERS[0]])}
    told = collections.defaultdict(Decimal)
    for (unit,) in connection.execute(
            "SELECT h.code FROM ims.handling_unit AS h JOIN ims.owner AS o USING (owner_id)"
            " WHERE o.code = %s", [OWNERS[0]]).fetchall():
        for item, quantity in connection.execute(
                "SELECT c.item, c.quantity FROM ims.contents_at(owner => %s, handling_unit => %s) AS c"
                " WHERE c.level = 0 AND c.left_at IS NULL AND c.quantity > 0", [OWNERS[0], unit]):
            told[unit, item] += quantity
    if told != on_units:
        problems.append("content: stock %s, contents_at %s" % (
            sorted(on_units.items() - told.items()), sorted(told.items() - on_units.items())))
    return problems


def shown(call):
    """A call as a line of a log."""
    return "%s %s" % (call.query, {name: value.obj if isinstance(value, Jsonb) else str(value)
                                   for name, value in call.arguments.items()})
