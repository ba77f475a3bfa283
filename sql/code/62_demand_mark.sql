-- Marks and successions of demand: what only people know.

CREATE FUNCTION ims._site_id(site text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (ims._site_ids(CASE WHEN site IS NOT NULL THEN ARRAY[site] END))[1];
END
$$;
COMMENT ON FUNCTION ims._site_id IS 'site of that code, null for none, or IV204';

CREATE FUNCTION ims._add_demand_mark(
    owner_id bigint,
    kind text DEFAULT NULL,
    item text DEFAULT NULL,
    site text DEFAULT NULL,
    from_day date DEFAULT NULL,
    to_day date DEFAULT NULL,
    note text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT demand_mark_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_present('kind', kind IS NOT NULL);
    PERFORM ims._check_choice('kind', kind, 'outlier', 'promotion', 'holiday', 'event');
    PERFORM ims._check_present('from_day', from_day IS NOT NULL);
    PERFORM ims._check_day('from_day', from_day);
    to_day := coalesce(to_day, from_day + 1);
    PERFORM ims._check_day('to_day', to_day);
    PERFORM ims._check_text('note', note, 1000);
    IF to_day <= from_day THEN
        RAISE 'the days of a mark end before they begin'
            USING ERRCODE = 'IV504',
                DETAIL = 'The day after the last is not after the first. '
                    || jsonb_build_object('from_period', from_day, 'to_period', to_day)::text,
                HINT = 'Give the first day, and the day after the last.';
    END IF;
    INSERT INTO ims.demand_mark AS m (owner_id, item_id, site_id, kind, from_day, to_day, note)
    VALUES (owner_id, CASE WHEN item IS NOT NULL THEN ims._item_id(owner_id, item) END,
        ims._site_id(site), kind, from_day, to_day, note)
    RETURNING m.demand_mark_id INTO demand_mark_id;
END
$$;
COMMENT ON FUNCTION ims._add_demand_mark IS 'internal form of ims.add_demand_mark()';
REVOKE ALL ON FUNCTION ims._add_demand_mark FROM PUBLIC;

CREATE FUNCTION ims.add_demand_mark(
    owner text DEFAULT NULL,
    kind text DEFAULT NULL,
    item text DEFAULT NULL,
    site text DEFAULT NULL,
    from_day date DEFAULT NULL,
    to_day date DEFAULT NULL,
    note text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT demand_mark_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.add_demand_mark IS
'mark days on which demand was out of the ordinary

kind: outlier, promotion, holiday or event. Of one item or all, at one site or all, from
from_day to the day before to_day, one day without it. What the marks do is asked for where
demand is read: ims.demand_series(exclude => ..), ims.run_forecast(drivers => ..), for which
days to come are marked, too. IV504 if it ends before it begins.
Example: SELECT ims.add_demand_mark(kind => ''promotion'', item => ''TEA'', from_day => ''2026-03-02'', to_day => ''2026-03-09'');';
REVOKE ALL ON FUNCTION ims.add_demand_mark FROM PUBLIC;

CREATE FUNCTION ims._remove_demand_mark(
    owner_id bigint,
    demand_mark_id bigint DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    DELETE FROM ims.demand_mark AS m
    WHERE m.owner_id = owner_id AND m.demand_mark_id = demand_mark_id;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('demand_mark_id', 'mark', demand_mark_id::text, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_demand_mark IS 'internal form of ims.remove_demand_mark()';
REVOKE ALL ON FUNCTION ims._remove_demand_mark FROM PUBLIC;

CREATE FUNCTION ims.remove_demand_mark(
    owner text DEFAULT NULL,
    demand_mark_id bigint DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_demand_mark IS
'remove a mark of demand

IV229 if there is none.
Example: SELECT ims.remove_demand_mark(demand_mark_id => 1);';
REVOKE ALL ON FUNCTION ims.remove_demand_mark FROM PUBLIC;

-- Two calls could make a circle that neither sees: one at a time.
CREATE FUNCTION ims._set_item_succession(
    owner_id bigint,
    item text DEFAULT NULL,
    predecessor text DEFAULT NULL,
    share numeric DEFAULT 1,
    from_day date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    predecessor_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    predecessor_id := ims._item_id(owner_id, predecessor, 'predecessor');
    share := coalesce(share, 1);
    PERFORM ims._check_range('share', share, 0.000001, 1000);
    PERFORM ims._check_present('from_day', from_day IS NOT NULL);
    PERFORM ims._check_day('from_day', from_day);
    LOCK TABLE ims.item_succession IN SHARE ROW EXCLUSIVE MODE;
    IF ims._latest('WITH RECURSIVE chain (item_id) AS ('
            ' SELECT $2::bigint'
            ' UNION SELECT s.predecessor_id FROM chain AS c JOIN ims.item_succession AS s'
            ' ON s.owner_id = $1 AND s.item_id = c.item_id)'
            ' SELECT 1::bigint FROM chain AS c WHERE c.item_id = $3 LIMIT 1',
        owner_id, predecessor_id, item_id) IS NOT NULL
    THEN
        RAISE 'item "%" would come before itself', item
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('"%s" is the item itself, or has it before it. ', predecessor)
                    || jsonb_build_object('item', item, 'predecessor', predecessor)::text,
                HINT = 'Remove the other succession first.';
    END IF;
    INSERT INTO ims.item_succession AS s (owner_id, item_id, predecessor_id, from_day, share)
    VALUES (owner_id, item_id, predecessor_id, from_day, share)
    ON CONFLICT ON CONSTRAINT item_succession_pkey
    DO UPDATE SET from_day = excluded.from_day, share = excluded.share;
END
$$;
COMMENT ON FUNCTION ims._set_item_succession IS 'internal form of ims.set_item_succession()';
REVOKE ALL ON FUNCTION ims._set_item_succession FROM PUBLIC;

CREATE FUNCTION ims.set_item_succession(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    predecessor text DEFAULT NULL,
    share numeric DEFAULT 1,
    from_day date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_item_succession IS
'make the demand of an item history of a newer one

What was asked of the predecessor before from_day counts as demand of the item, share base
units of the item for one of the predecessor (above 0, at most 1000): an item that follows
another, or is like it. Several may come before one, and one before several; the history of
the predecessor stays as it is. 22023 if an item came before itself.
Example: SELECT ims.set_item_succession(item => ''TEA-2'', predecessor => ''TEA'', from_day => ''2026-03-01'');';
REVOKE ALL ON FUNCTION ims.set_item_succession FROM PUBLIC;

CREATE FUNCTION ims._remove_item_succession(
    owner_id bigint,
    item text DEFAULT NULL,
    predecessor text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    predecessor_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    predecessor_id := ims._item_id(owner_id, predecessor, 'predecessor');
    LOCK TABLE ims.item_succession IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM ims.item_succession AS s
    WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.predecessor_id = predecessor_id;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('predecessor', 'predecessor', predecessor, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_item_succession IS 'internal form of ims.remove_item_succession()';
REVOKE ALL ON FUNCTION ims._remove_item_succession FROM PUBLIC;

CREATE FUNCTION ims.remove_item_succession(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    predecessor text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_item_succession IS
'no longer count the demand of a predecessor

IV229 if it was none.
Example: SELECT ims.remove_item_succession(item => ''TEA-2'', predecessor => ''TEA'');';
REVOKE ALL ON FUNCTION ims.remove_item_succession FROM PUBLIC;
