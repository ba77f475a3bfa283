-- health(): what a DBA should look at, one row per figure.
--
-- Names, units and the limits of ok, warning and critical are in
-- doc/operations.md.  Other sessions are seen with the rights of pg_monitor.

CREATE FUNCTION ims._unsummarized_ranges(index regclass)
RETURNS bigint
LANGUAGE C
STABLE
STRICT
PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_unsummarized_ranges';
COMMENT ON FUNCTION ims._unsummarized_ranges(regclass) IS
    'full ranges of pages that a BRIN index does not summarise, null for another index';
REVOKE ALL ON FUNCTION ims._unsummarized_ranges(regclass) FROM PUBLIC;

CREATE FUNCTION ims._health_row(name text, value numeric, unit text,
    warning_from numeric, critical_from numeric, hint text)
RETURNS TABLE (row_name text, row_value numeric, row_unit text, row_status text, row_hint text)
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT name, value, unit,
        CASE WHEN value >= critical_from THEN 'critical'
             WHEN value >= warning_from THEN 'warning'
             ELSE 'ok' END,
        CASE WHEN value >= least(warning_from, critical_from) THEN hint END
$$;
COMMENT ON FUNCTION ims._health_row(text, numeric, text, numeric, numeric, text) IS
    'one row of health(): graded by two limits, with the hint where one is passed';
REVOKE ALL ON FUNCTION ims._health_row(text, numeric, text, numeric, numeric, text) FROM PUBLIC;

CREATE FUNCTION ims._health_sessions()
RETURNS TABLE (name text, value numeric, unit text, status text, hint text)
LANGUAGE sql
STABLE
PARALLEL RESTRICTED
ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.*
    FROM (
        SELECT extract(epoch FROM statement_timestamp() - a.xact_start) AS age, a.pid
        FROM pg_stat_activity AS a
        WHERE a.datname = current_database() AND a.backend_xmin IS NOT NULL
            AND a.pid <> pg_backend_pid()
        ORDER BY a.xact_start NULLS LAST
        LIMIT 1) AS s
    RIGHT JOIN (VALUES (1)) AS one (x) ON true
    CROSS JOIN LATERAL ims._health_row('oldest_snapshot_age', round(coalesce(s.age, 0), 1),
        'seconds', 300, 3600,
        format('Process %s holds back vacuum and balances bloat: end its transaction, or'
            ' SELECT pg_terminate_backend(%1$s).', s.pid)) AS h
    UNION ALL
    -- A standby with feedback holds back vacuum through its walsender, which is
    -- in no database, or through its slot.  Both tell a transaction, no time;
    -- the limits are what a busy ledger posts in five minutes and in an hour.
    SELECT h.*
    FROM (SELECT 'process ' || a.pid AS holder, age(a.backend_xmin) AS age
          FROM pg_stat_activity AS a
          WHERE a.datname IS NULL AND a.backend_xmin IS NOT NULL
          UNION ALL
          SELECT format('slot %L', r.slot_name), age(r.xmin)
          FROM pg_replication_slots AS r
          WHERE r.xmin IS NOT NULL AND (r.database IS NULL OR r.database = current_database())
          UNION ALL
          SELECT NULL, 0
          ORDER BY age DESC, holder
          LIMIT 1) AS s
    CROSS JOIN LATERAL ims._health_row('standby_snapshot_age', s.age, 'transactions',
        300000, 3600000,
        format('A standby holds back vacuum by %s and balances bloat: end its long queries, drop'
            ' a slot that nobody uses.', s.holder)) AS h
    UNION ALL
    SELECT h.*
    FROM (SELECT max(extract(epoch FROM statement_timestamp() - p.prepared)) AS age,
              (array_agg(p.gid ORDER BY p.prepared))[1] AS gid
          FROM pg_prepared_xacts AS p
          WHERE p.database = current_database()) AS p
    CROSS JOIN LATERAL ims._health_row('oldest_prepared_age', round(coalesce(p.age, 0), 1),
        'seconds', 300, 3600,
        format('Prepared transaction %L holds locks on balances: COMMIT PREPARED or'
            ' ROLLBACK PREPARED it.', p.gid)) AS h
$$;
COMMENT ON FUNCTION ims._health_sessions() IS
    'rows of health() about sessions and standbys that hold back vacuum or hold locks';
REVOKE ALL ON FUNCTION ims._health_sessions() FROM PUBLIC;

CREATE FUNCTION ims._health_tables()
RETURNS TABLE (name text, value numeric, unit text, status text, hint text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
ROWS 7
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT h.*
    FROM pg_stat_all_tables AS t
    -- Few updates say nothing: the figures start with ten thousand.
    CROSS JOIN LATERAL (VALUES
        (1, 'not_hot_updates.', 'percent', 10, 50,
            CASE WHEN t.n_tup_upd > 10000
                 THEN round(100.0 * (t.n_tup_upd - t.n_tup_hot_upd) / t.n_tup_upd, 1)
                 ELSE 0 END,
            'Updates leave their page: drop an index that was added, end old transactions.'),
        (2, 'dead_rows.', 'percent', 50, 80,
            CASE WHEN t.n_dead_tup > 10000
                 THEN round(100.0 * t.n_dead_tup / (t.n_live_tup + t.n_dead_tup), 1)
                 ELSE 0 END,
            'Vacuum is behind: look at the oldest snapshot, then at autovacuum''s workers.'),
        -- A row as made takes about 200 bytes of a half-filled page.
        (3, 'size_per_row.', 'bytes', 1000, 5000,
            CASE WHEN t.n_live_tup > 10000
                 THEN round(pg_relation_size(t.relid)::numeric / t.n_live_tup, 0)
                 ELSE 0 END,
            'The table is bloated: VACUUM FULL or pg_repack when nobody posts.')
        ) AS f (place, figure, unit, warning_from, critical_from, value, hint)
    CROSS JOIN LATERAL ims._health_row(f.figure || t.relname, f.value, f.unit,
        f.warning_from, f.critical_from, f.hint) AS h
    WHERE t.relid IN ('ims.stock'::regclass, 'ims.availability'::regclass)
    ORDER BY t.relname, f.place;

    -- A range of 32 pages without a summary is read whole by every scan by
    -- time: 400 of them are 100 MB.
    RETURN QUERY
    SELECT h.*
    FROM coalesce(ims._unsummarized_ranges(to_regclass('ims.movement_time_idx')), 0) AS u (n)
    CROSS JOIN LATERAL ims._health_row('unsummarized_ranges.movement', u.n::numeric, 'ranges',
        400, 4000, 'Autovacuum is behind: VACUUM ims.movement, or'
        ' SELECT brin_summarize_new_values(''ims.movement_time_idx'').') AS h;
END
$$;
COMMENT ON FUNCTION ims._health_tables() IS
    'rows of health() about updates, dead rows and size of balances and ledger';
REVOKE ALL ON FUNCTION ims._health_tables() FROM PUBLIC;

CREATE FUNCTION ims._health_ledger()
RETURNS TABLE (name text, value numeric, unit text, status text, hint text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT h.*
    FROM (SELECT count(*) AS n, min(d.name) AS first
          FROM ims._ledger_differences() AS d
          WHERE d.kind IN ('trigger', 'trigger state', 'foreign key state')) AS d
    CROSS JOIN LATERAL ims._health_row('disabled_guards', d.n::numeric, 'triggers', 1, 1,
        format('%s and others are not as made: run ims.repair_guards().', d.first)) AS h
    UNION ALL
    SELECT h.*
    FROM (SELECT count(*) AS n
          FROM ims._ledger_differences() AS d
          WHERE d.kind NOT IN ('trigger', 'trigger state', 'foreign key state')) AS d
    CROSS JOIN LATERAL ims._health_row('changed_objects', d.n::numeric, 'objects', 1, 1,
        'The ledger is not as made: see ims.verify(), and undo the change.') AS h
    UNION ALL
    SELECT h.*
    FROM (SELECT CASE WHEN i.ledger_version = ims._library_ledger_version()
                      THEN 0 ELSE 1 END AS differs
          FROM ims.ledger_info AS i) AS v
    CROSS JOIN LATERAL ims._health_row('ledger_version_differs', v.differs, 'boolean', 1, 1,
        'Postings are refused: run ALTER EXTENSION ims UPDATE and ims.migrate_ledger().') AS h
    UNION ALL
    -- Without closings the past is read from the balances of today backwards.
    SELECT h.*
    FROM (SELECT extract(epoch FROM statement_timestamp()
                         - coalesce(max(c.closed_at), min(i.created_at))) / 86400 AS days
          FROM ims.ledger_info AS i
          LEFT JOIN ims.closing AS c ON true
          -- Who may not read of owners sees no closing of theirs, and cannot tell.
          HAVING has_table_privilege('ims.owner', 'SELECT')) AS k
    CROSS JOIN LATERAL ims._health_row('last_closing_age', round(k.days, 1), 'days',
        45, 400, 'Stock as of a past instant slows down: run ims.maintain_closings() as a job.') AS h
    UNION ALL
    SELECT h.*
    FROM (SELECT max(100.0 * coalesce(s.last_value, 0) / s.max_value) AS used,
              (array_agg(s.sequencename ORDER BY s.last_value DESC NULLS LAST))[1] AS first
          FROM pg_sequences AS s
          WHERE s.schemaname = 'ims') AS q
    CROSS JOIN LATERAL ims._health_row('sequence_used', round(coalesce(q.used, 0), 1), 'percent',
        50, 90, format('Sequence ims.%s runs out of numbers: ask what draws so many, and raise its'
            ' maximum before the end.', q.first)) AS h;
END
$$;
COMMENT ON FUNCTION ims._health_ledger() IS
    'rows of health() about guards, versions, closings and sequences';
REVOKE ALL ON FUNCTION ims._health_ledger() FROM PUBLIC;

CREATE FUNCTION ims.health()
RETURNS TABLE (name text, value numeric, unit text, status text, hint text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
ROWS 15
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('ims.ledger_info') IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = 'there is no ledger in this database',
            DETAIL = 'There is no relation "ims.ledger_info". {"object": "ims.ledger_info"}',
            HINT = 'Run SELECT ims.create_ledger().';
    END IF;
    RETURN QUERY SELECT * FROM ims._health_sessions();
    RETURN QUERY SELECT * FROM ims._health_tables();
    RETURN QUERY SELECT * FROM ims._health_ledger();
END
$$;
COMMENT ON FUNCTION ims.health() IS
    'figures to watch: name, value, unit, status ok, warning or critical, and what to do';
REVOKE ALL ON FUNCTION ims.health() FROM PUBLIC;

-- The right on health() is to be enough but for the tables it reads: these
-- look at catalogs and statistics, with the rights of whoever calls.
GRANT EXECUTE ON FUNCTION
    ims._health_row(text, numeric, text, numeric, numeric, text), ims._health_sessions(),
    ims._health_tables(), ims._health_ledger(), ims._unsummarized_ranges(regclass),
    ims._ledger_differences(), ims._ledger_shape(), ims._ledger_relations(),
    ims._ledger_grants(), ims._document_sequences() TO PUBLIC;
