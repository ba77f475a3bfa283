-- Forecasts, back-tests and classes for people and BI tools.

CREATE VIEW ims_bi.forecast_run WITH (security_invoker = true) AS
SELECT r.owner_id,
       r.forecast_run_id,
       o.code AS owner,
       r.as_of,
       r.bucket,
       r.first_period,
       r.horizon,
       r.history_periods,
       r.season_length,
       r.by_site,
       pg_catalog.array_to_string(r.exclude, ', ') AS exclude,
       pg_catalog.array_to_string(r.drivers, ', ') AS drivers,
       r.by_open_days,
       r.method,
       r.coverage,
       r.parameters::text AS parameters,
       r.series,
       r.library_version,
       r.recorded_at,
       r.reason,
       r.actor
  FROM ims.forecast_run AS r
  LEFT JOIN ims.owner AS o ON o.owner_id = r.owner_id;
COMMENT ON VIEW ims_bi.forecast_run IS 'runs of forecasts: one row per run';
COMMENT ON COLUMN ims_bi.forecast_run.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.forecast_run.forecast_run_id IS 'identifies the run';
COMMENT ON COLUMN ims_bi.forecast_run.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.forecast_run.as_of IS 'day as of which it was made';
COMMENT ON COLUMN ims_bi.forecast_run.bucket IS 'day, week or month';
COMMENT ON COLUMN ims_bi.forecast_run.first_period IS 'first day of the first period forecast';
COMMENT ON COLUMN ims_bi.forecast_run.horizon IS 'number of periods forecast';
COMMENT ON COLUMN ims_bi.forecast_run.history_periods IS 'number of periods looked back, at most';
COMMENT ON COLUMN ims_bi.forecast_run.season_length IS 'periods of a season, 1 for none';
COMMENT ON COLUMN ims_bi.forecast_run.by_site IS 'whether each site is forecast apart';
COMMENT ON COLUMN ims_bi.forecast_run.exclude IS 'kinds of marks whose periods are left out, with commas';
COMMENT ON COLUMN ims_bi.forecast_run.drivers IS 'kinds of marks whose effect is forecast, with commas';
COMMENT ON COLUMN ims_bi.forecast_run.by_open_days IS 'whether demand is by open days of the site';
COMMENT ON COLUMN ims_bi.forecast_run.method IS 'method that was asked for';
COMMENT ON COLUMN ims_bi.forecast_run.coverage IS 'probability of the intervals';
COMMENT ON COLUMN ims_bi.forecast_run.parameters IS 'further arguments of the call';
COMMENT ON COLUMN ims_bi.forecast_run.series IS 'number of results';
COMMENT ON COLUMN ims_bi.forecast_run.library_version IS 'version of the library that forecast';
COMMENT ON COLUMN ims_bi.forecast_run.recorded_at IS 'when it was made';
COMMENT ON COLUMN ims_bi.forecast_run.reason IS 'what it was made for';
COMMENT ON COLUMN ims_bi.forecast_run.actor IS 'person or program, as the caller said';

-- A result has all periods of its run; an override of what has none, in a run that its
-- site or the lack of one fits, is a row of its own.
CREATE VIEW ims_bi.forecast WITH (security_invoker = true) AS
SELECT f.owner_id,
       f.forecast_run_id,
       f.item_id,
       f.site_id,
       f.period,
       w.code AS owner,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       l.code AS site,
       f.bucket,
       f.computed,
       f.lower_bound,
       f.upper_bound,
       f.driver_effect,
       f.override,
       f.override_reason,
       COALESCE(f.override, f.computed) AS forecast,
       f.method,
       f.model,
       f.status,
       f.reason
  FROM (
        SELECT r.owner_id, r.forecast_run_id, r.item_id, r.site_id, p.period, n.bucket,
               p.computed, p.lower_bound, p.upper_bound, p.driver_effect,
               o.quantity::numeric AS override, o.reason AS override_reason,
               r.method, r.model, r.status, r.reason
          FROM ims.forecast_result AS r
          JOIN ims.forecast_run AS n
            ON n.owner_id = r.owner_id AND n.forecast_run_id = r.forecast_run_id
         CROSS JOIN LATERAL (
                SELECT ims._period_after(n.bucket, n.first_period, u.place - 1) AS period,
                       u.value::numeric AS computed,
                       u.lower_value::numeric AS lower_bound,
                       u.upper_value::numeric AS upper_bound,
                       u.effect::numeric AS driver_effect
                  FROM ROWS FROM (pg_catalog.unnest(r.forecast), pg_catalog.unnest(r.lower_bound),
                                  pg_catalog.unnest(r.upper_bound), pg_catalog.unnest(r.driver_effect))
                       WITH ORDINALITY AS u (value, lower_value, upper_value, effect, place)) AS p
          LEFT JOIN ims.forecast_override AS o
            ON o.owner_id = r.owner_id AND o.item_id = r.item_id AND o.site_id = r.site_id
           AND o.bucket = n.bucket AND o.period = p.period AND (o.site_id > 0) = n.by_site
        UNION ALL
        SELECT o.owner_id, n.forecast_run_id, o.item_id, o.site_id, o.period, n.bucket,
               NULL, NULL, NULL, NULL,
               o.quantity::numeric, o.reason,
               NULL, NULL, NULL, NULL
          FROM ims.forecast_run AS n
          JOIN ims.forecast_override AS o
            ON o.owner_id = n.owner_id AND o.bucket = n.bucket
           AND (o.site_id > 0) = n.by_site AND o.period >= n.first_period
           AND o.period < ims._period_after(n.bucket, n.first_period, n.horizon)
         WHERE NOT EXISTS (
                SELECT
                  FROM ims.forecast_result AS r
                 WHERE r.owner_id = n.owner_id AND r.forecast_run_id = n.forecast_run_id
                   AND r.item_id = o.item_id AND r.site_id = o.site_id)) AS f
  LEFT JOIN ims.owner AS w ON w.owner_id = f.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = f.owner_id AND i.item_id = f.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.location AS l ON l.location_id = f.site_id;
COMMENT ON VIEW ims_bi.forecast IS 'forecasts with overrides: one row per run, item, site and period';
COMMENT ON COLUMN ims_bi.forecast.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.forecast.forecast_run_id IS 'identifies the run';
COMMENT ON COLUMN ims_bi.forecast.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.forecast.site_id IS 'identifies the site, 0 for all together';
COMMENT ON COLUMN ims_bi.forecast.period IS 'first day of the period';
COMMENT ON COLUMN ims_bi.forecast.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.forecast.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.forecast.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.forecast.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.forecast.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.forecast.site IS 'code of the site, null for all together';
COMMENT ON COLUMN ims_bi.forecast.bucket IS 'day, week or month';
COMMENT ON COLUMN ims_bi.forecast.computed IS
    'demand as computed, base units, null where only an override says something';
COMMENT ON COLUMN ims_bi.forecast.lower_bound IS 'lower bound of the interval';
COMMENT ON COLUMN ims_bi.forecast.upper_bound IS 'upper bound of the interval';
COMMENT ON COLUMN ims_bi.forecast.driver_effect IS
    'part of it that promotions, holidays and events are expected to make, null without drivers';
COMMENT ON COLUMN ims_bi.forecast.override IS 'demand as people expect it, null where nobody said';
COMMENT ON COLUMN ims_bi.forecast.override_reason IS 'why';
COMMENT ON COLUMN ims_bi.forecast.forecast IS 'what counts: the override, else what was computed';
COMMENT ON COLUMN ims_bi.forecast.method IS 'method that answered, null where the run has no result';
COMMENT ON COLUMN ims_bi.forecast.model IS 'ETS model, null for other methods';
COMMENT ON COLUMN ims_bi.forecast.status IS 'ok, fallback or no data, null where the run has no result';
COMMENT ON COLUMN ims_bi.forecast.reason IS 'why the method, where there is something to say';

CREATE VIEW ims_bi.forecast_accuracy WITH (security_invoker = true) AS
SELECT n.owner_id,
       n.forecast_run_id,
       a.item_id,
       a.site_id,
       w.code AS owner,
       i.code AS item,
       i.name AS item_name,
       l.code AS site,
       n.bucket,
       n.first_period,
       a.periods,
       a.actual,
       a.forecast,
       a.mae,
       a.smape,
       a.wape,
       a.bias,
       a.mase,
       a.rmsse,
       a.tracking_signal,
       a.share_within,
       a.msis,
       a.pinball,
       a.value_added
  FROM ims.forecast_run AS n
 CROSS JOIN LATERAL ims._run_accuracy(n.owner_id, n.forecast_run_id,
                                      ims._today(n.owner_id)) AS a
  LEFT JOIN ims.owner AS w ON w.owner_id = n.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = n.owner_id AND i.item_id = a.item_id
  LEFT JOIN ims.location AS l ON l.location_id = a.site_id;
COMMENT ON VIEW ims_bi.forecast_accuracy IS
    'runs against the demand that came by today: one row per run, item and site; ask for one run';
COMMENT ON COLUMN ims_bi.forecast_accuracy.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.forecast_accuracy.forecast_run_id IS 'identifies the run';
COMMENT ON COLUMN ims_bi.forecast_accuracy.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.forecast_accuracy.site_id IS 'identifies the site, 0 for all together';
COMMENT ON COLUMN ims_bi.forecast_accuracy.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.forecast_accuracy.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.forecast_accuracy.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.forecast_accuracy.site IS 'code of the site, null for all together';
COMMENT ON COLUMN ims_bi.forecast_accuracy.bucket IS 'day, week or month';
COMMENT ON COLUMN ims_bi.forecast_accuracy.first_period IS 'first day of the first period';
COMMENT ON COLUMN ims_bi.forecast_accuracy.periods IS 'periods that are over';
COMMENT ON COLUMN ims_bi.forecast_accuracy.actual IS 'demand of these periods, base units';
COMMENT ON COLUMN ims_bi.forecast_accuracy.forecast IS 'forecast of them as computed, base units';
COMMENT ON COLUMN ims_bi.forecast_accuracy.mae IS 'mean absolute error, base units';
COMMENT ON COLUMN ims_bi.forecast_accuracy.smape IS 'symmetric absolute percentage error, from 0 to 2';
COMMENT ON COLUMN ims_bi.forecast_accuracy.wape IS 'sum of absolute errors over sum of demand';
COMMENT ON COLUMN ims_bi.forecast_accuracy.bias IS 'sum of errors over sum of demand, positive: too much was forecast';
COMMENT ON COLUMN ims_bi.forecast_accuracy.mase IS 'mean absolute error by the scale of the history';
COMMENT ON COLUMN ims_bi.forecast_accuracy.rmsse IS 'root mean squared error by the scale of the history';
COMMENT ON COLUMN ims_bi.forecast_accuracy.tracking_signal IS 'sum of errors over mean absolute error';
COMMENT ON COLUMN ims_bi.forecast_accuracy.share_within IS 'share of demands between the bounds';
COMMENT ON COLUMN ims_bi.forecast_accuracy.msis IS 'mean interval score by the scale of the history';
COMMENT ON COLUMN ims_bi.forecast_accuracy.pinball IS 'mean loss of both bounds as quantiles, base units';
COMMENT ON COLUMN ims_bi.forecast_accuracy.value_added IS
    'what it is better than repeating the last season by, as a share';

CREATE VIEW ims_bi.backtest WITH (security_invoker = true) AS
SELECT b.owner_id,
       b.backtest_id,
       r.item_id,
       r.site_id,
       r.method,
       w.code AS owner,
       i.code AS item,
       i.name AS item_name,
       l.code AS site,
       b.as_of,
       b.bucket,
       b.horizon,
       pg_catalog.array_to_string(b.exclude, ', ') AS exclude,
       pg_catalog.array_to_string(b.drivers, ', ') AS drivers,
       b.by_open_days,
       r.origins,
       r.periods,
       r.mae,
       r.rmse,
       r.smape,
       r.wape,
       r.bias,
       r.mase,
       r.rmsse,
       r.scaled_bias,
       r.tracking_signal,
       r.share_within,
       r.msis,
       r.pinball,
       r.value_added
  FROM ims.backtest_result AS r
  JOIN ims.backtest AS b ON b.owner_id = r.owner_id AND b.backtest_id = r.backtest_id
  LEFT JOIN ims.owner AS w ON w.owner_id = r.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = r.owner_id AND i.item_id = r.item_id
  LEFT JOIN ims.location AS l ON l.location_id = r.site_id;
COMMENT ON VIEW ims_bi.backtest IS 'methods judged on the past: one row per back-test, item, site and method';
COMMENT ON COLUMN ims_bi.backtest.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.backtest.backtest_id IS 'identifies the back-test';
COMMENT ON COLUMN ims_bi.backtest.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.backtest.site_id IS 'identifies the site, 0 for all together';
COMMENT ON COLUMN ims_bi.backtest.method IS 'method judged';
COMMENT ON COLUMN ims_bi.backtest.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.backtest.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.backtest.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.backtest.site IS 'code of the site, null for all together';
COMMENT ON COLUMN ims_bi.backtest.as_of IS 'day as of which it was made';
COMMENT ON COLUMN ims_bi.backtest.bucket IS 'day, week or month';
COMMENT ON COLUMN ims_bi.backtest.horizon IS 'periods forecast at each origin';
COMMENT ON COLUMN ims_bi.backtest.exclude IS 'kinds of marks whose periods are left out, with commas';
COMMENT ON COLUMN ims_bi.backtest.drivers IS 'kinds of marks whose effect is forecast, with commas';
COMMENT ON COLUMN ims_bi.backtest.by_open_days IS 'whether demand is by open days of the site';
COMMENT ON COLUMN ims_bi.backtest.origins IS 'origins at which it forecast';
COMMENT ON COLUMN ims_bi.backtest.periods IS 'forecasts compared with demand';
COMMENT ON COLUMN ims_bi.backtest.mae IS 'mean absolute error, base units';
COMMENT ON COLUMN ims_bi.backtest.rmse IS 'root mean squared error, base units';
COMMENT ON COLUMN ims_bi.backtest.smape IS 'symmetric absolute percentage error, from 0 to 2';
COMMENT ON COLUMN ims_bi.backtest.wape IS 'sum of absolute errors over sum of demand';
COMMENT ON COLUMN ims_bi.backtest.bias IS 'sum of errors over sum of demand, positive: too much was forecast';
COMMENT ON COLUMN ims_bi.backtest.mase IS 'mean absolute error by the scale of the training part';
COMMENT ON COLUMN ims_bi.backtest.rmsse IS 'root mean squared error by the scale of the training part';
COMMENT ON COLUMN ims_bi.backtest.scaled_bias IS 'mean error over mean demand of the training part';
COMMENT ON COLUMN ims_bi.backtest.tracking_signal IS 'sum of errors over mean absolute error';
COMMENT ON COLUMN ims_bi.backtest.share_within IS 'share of demands between the bounds';
COMMENT ON COLUMN ims_bi.backtest.msis IS 'mean scaled interval score';
COMMENT ON COLUMN ims_bi.backtest.pinball IS 'mean loss of both bounds as quantiles, base units';
COMMENT ON COLUMN ims_bi.backtest.value_added IS 'what it is better than seasonal naive by, as a share';

CREATE VIEW ims_bi.item_class WITH (security_invoker = true) AS
SELECT c.owner_id,
       c.item_id,
       w.code AS owner,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       c.classified_on,
       c.amount,
       c.turns,
       c.abc,
       c.xyz,
       c.demand_class,
       c.fsn,
       c.life_stage,
       c.ved
  FROM ims.item_class AS c
  LEFT JOIN ims.owner AS w ON w.owner_id = c.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id;
COMMENT ON VIEW ims_bi.item_class IS 'classes of items: one row per item that was classified';
COMMENT ON COLUMN ims_bi.item_class.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.item_class.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.item_class.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.item_class.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.item_class.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.item_class.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.item_class.classified_on IS 'day as of which it was classified';
COMMENT ON COLUMN ims_bi.item_class.amount IS 'what A, B and C were told by';
COMMENT ON COLUMN ims_bi.item_class.turns IS 'demand of a year over mean stock';
COMMENT ON COLUMN ims_bi.item_class.abc IS 'A, B or C by share of the amount of all';
COMMENT ON COLUMN ims_bi.item_class.xyz IS 'X, Y or Z by how much demand varies';
COMMENT ON COLUMN ims_bi.item_class.demand_class IS 'smooth, erratic, intermittent, lumpy or none';
COMMENT ON COLUMN ims_bi.item_class.fsn IS 'F, S or N: fast, slow or not moving';
COMMENT ON COLUMN ims_bi.item_class.life_stage IS 'new, growing, mature, declining, dead or none';
COMMENT ON COLUMN ims_bi.item_class.ved IS 'V, E or D: vital, essential or desirable';

CREATE VIEW ims_bi.item_class_change WITH (security_invoker = true) AS
SELECT c.owner_id,
       c.item_class_change_id,
       c.item_id,
       w.code AS owner,
       i.code AS item,
       c.kind,
       c.old_class,
       c.new_class,
       c.classified_on,
       c.changed_at,
       c.actor
  FROM ims.item_class_change AS c
  LEFT JOIN ims.owner AS w ON w.owner_id = c.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id;
COMMENT ON VIEW ims_bi.item_class_change IS 'history of classes: one row per change of an item';
COMMENT ON COLUMN ims_bi.item_class_change.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.item_class_change.item_class_change_id IS 'identifies the record';
COMMENT ON COLUMN ims_bi.item_class_change.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.item_class_change.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.item_class_change.item IS 'code of the item, null once deleted';
COMMENT ON COLUMN ims_bi.item_class_change.kind IS 'abc, xyz, demand_class, fsn, life_stage or ved';
COMMENT ON COLUMN ims_bi.item_class_change.old_class IS 'class before, null for none';
COMMENT ON COLUMN ims_bi.item_class_change.new_class IS 'class from then on';
COMMENT ON COLUMN ims_bi.item_class_change.classified_on IS 'day as of which it was classified';
COMMENT ON COLUMN ims_bi.item_class_change.changed_at IS 'when';
COMMENT ON COLUMN ims_bi.item_class_change.actor IS 'person or program, as the caller said';

CREATE VIEW ims_bi.progress WITH (security_invoker = true) AS
SELECT p.owner_id,
       w.code AS owner,
       p.process_id,
       p.kind,
       p.phase,
       p.series_done,
       p.series_total,
       p.started_at
  FROM ims._progress() AS p
  LEFT JOIN ims.owner AS w ON w.owner_id = p.owner_id;
COMMENT ON VIEW ims_bi.progress IS 'long runs under way in any session: one row per run';
COMMENT ON COLUMN ims_bi.progress.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.progress.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.progress.process_id IS 'process of the session, for pg_cancel_backend()';
COMMENT ON COLUMN ims_bi.progress.kind IS 'forecast or back-test';
COMMENT ON COLUMN ims_bi.progress.phase IS 'reading the history, or computing';
COMMENT ON COLUMN ims_bi.progress.series_done IS 'series that are done in this phase';
COMMENT ON COLUMN ims_bi.progress.series_total IS 'series there are';
COMMENT ON COLUMN ims_bi.progress.started_at IS 'when the run began';
