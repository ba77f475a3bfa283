-- Forecasts of demand, on arrays: no table is read.
--
-- Figures are double precision: they are estimates with a standard deviation,
-- not stock, and the cores compute in it.  Arrays of integers and numerics are
-- taken too, by the server's implicit casts.

CREATE FUNCTION ims.forecast(
    demand double precision[],
    horizon bigint,
    season_length bigint DEFAULT 1,
    method text DEFAULT 'auto',
    coverage double precision DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    window_length bigint DEFAULT NULL,
    alpha double precision DEFAULT NULL,
    beta double precision DEFAULT NULL,
    gamma double precision DEFAULT NULL,
    phi double precision DEFAULT NULL,
    model text DEFAULT NULL)
RETURNS TABLE (
    step bigint,
    forecast double precision,
    lower double precision,
    upper double precision,
    standard_deviation double precision,
    method_used text,
    status text,
    reason text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 12
AS 'MODULE_PATHNAME', 'ims_forecast_rows';
COMMENT ON FUNCTION ims.forecast IS
'forecast of a series of demand, one row per step

Demand is one value per period, oldest first; NULL is a period of which nothing is known.
Figures are in its unit. Between lower and upper lies the demand of that one period with
probability coverage; NULL, as standard_deviation, where the method has no figure for it. For
the sum of several periods see ims.lead_time_demand(). season_length: periods of a season, 12 for months, 7 for days. method: auto
or a name that the hint of IV502 lists; method_used, status (ok, fallback, no data) and
reason say what was done. A bad series is never an error. non_negative: what is below zero
becomes zero. seed: of simulated deviations. The rest is for single methods: window_length
of the moving average; alpha, beta, gamma, phi fix the weights of exponential smoothing,
all that the method has or none (Croston and its kin: alpha for sizes, beta for intervals);
model of ETS, such as ETS(M,Ad,N), Z for an open part.
Example: SELECT f.step, round(f.forecast) FROM ims.forecast(demand => ARRAY[12, 15, 11, 14, 13], horizon => 2) AS f;';
REVOKE ALL ON FUNCTION ims.forecast FROM PUBLIC;

CREATE FUNCTION ims.lead_time_demand(
    demand double precision[],
    lead_times double precision[],
    season_length bigint DEFAULT 1,
    method text DEFAULT 'auto',
    levels double precision[] DEFAULT '{0.5,0.9,0.95,0.99}',
    shares double precision[] DEFAULT NULL,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    window_length bigint DEFAULT NULL,
    alpha double precision DEFAULT NULL,
    beta double precision DEFAULT NULL,
    gamma double precision DEFAULT NULL,
    phi double precision DEFAULT NULL,
    model text DEFAULT NULL)
RETURNS TABLE (
    mean double precision,
    variance double precision,
    quantiles double precision[],
    distribution text,
    method_used text,
    status text,
    reason text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1
AS 'MODULE_PATHNAME', 'ims_lead_time_row';
COMMENT ON FUNCTION ims.lead_time_demand IS
'distribution of the demand over a lead time

One row. lead_times are numbers of periods from 0 to 1,000, at most 1,000 of them: one, or those
of the latest deliveries; shares says how likely each is (any sum), NULL: all alike. A part of a
period counts by its part; with a review period, add it to each. quantiles has one element per
level, in that order: the demand that is not exceeded with that probability, so the element
for 0.95 less mean is the safety stock for a cycle service of 95 %. The sum has a distribution
of its own: errors of one step move the next ones, so bounds per step do not add up.
distribution is t where mean and variance are by formula (variance is then the squared scale),
drawn where 2,000 futures of irregular demand were drawn from seed. NULL: the method has no
such figure. The rest is as of ims.forecast().
Example: SELECT l.mean, l.quantiles[2] FROM ims.lead_time_demand(demand => ARRAY[12, 15, 11, 14, 13, 16], lead_times => ARRAY[2, 2, 3], levels => ARRAY[0.5, 0.95]) AS l;';
REVOKE ALL ON FUNCTION ims.lead_time_demand FROM PUBLIC;

CREATE FUNCTION ims.forecast_with_drivers(
    demand double precision[],
    drivers double precision[],
    season_length bigint DEFAULT 1,
    method text DEFAULT 'auto',
    coverage double precision DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1)
RETURNS TABLE (
    step bigint,
    forecast double precision,
    lower double precision,
    upper double precision,
    standard_deviation double precision,
    driver_effect double precision,
    drivers_used bigint,
    method_used text,
    status text,
    reason text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000 ROWS 12
AS 'MODULE_PATHNAME', 'ims_forecast_with_drivers';
COMMENT ON FUNCTION ims.forecast_with_drivers IS
'forecast where price, promotion or holidays are known

drivers has one row per period of demand, oldest first, then one row per period to come: there
are as many steps. Its columns, at most 20, are what is known of each period, such as a price
or 1 for a promotion; an array of one dimension is one driver. What they do is estimated by
regression beside a level that moves, a drift and the season, taken out, the rest forecast by
method, and driver_effect put back: in the unit of demand, from the mean of each driver in the
past. drivers_used: those that say something, see ims.driver_effects(). The interval knows
that effects are uncertain. A driver that is null is IV503. The rest is as of ims.forecast().
Example: SELECT f.step, round(f.forecast) FROM ims.forecast_with_drivers(demand => ARRAY[10, 11, 19, 10, 9, 20, 11, 10], drivers => ARRAY[0, 0, 1, 0, 0, 1, 0, 0, 1, 0]) AS f;';
REVOKE ALL ON FUNCTION ims.forecast_with_drivers FROM PUBLIC;

CREATE FUNCTION ims.driver_effects(
    demand double precision[],
    drivers double precision[],
    season_length bigint DEFAULT 1)
RETURNS TABLE (
    driver bigint,
    status text,
    coefficient double precision,
    standard_error double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 3
AS 'MODULE_PATHNAME', 'ims_driver_effects';
COMMENT ON FUNCTION ims.driver_effects IS
'what one unit of each driver does to demand

One row per column of drivers, counted from 1. coefficient: change of demand per period when
the driver is higher by 1. status: used; constant, where the driver never changed; collinear,
where others say all that it says or there are too few periods: these have no effect.
Arguments as of ims.forecast_with_drivers(); rows of periods to come are not needed.
Example: SELECT e.driver, round(e.coefficient) FROM ims.driver_effects(demand => ARRAY[10, 11, 19, 10, 9, 20, 11, 10], drivers => ARRAY[0, 0, 1, 0, 0, 1, 0, 0]) AS e;';
REVOKE ALL ON FUNCTION ims.driver_effects FROM PUBLIC;

CREATE FUNCTION ims.forecast_model(
    demand double precision[],
    season_length bigint DEFAULT 1,
    method text DEFAULT 'auto',
    window_length bigint DEFAULT NULL,
    alpha double precision DEFAULT NULL,
    beta double precision DEFAULT NULL,
    gamma double precision DEFAULT NULL,
    phi double precision DEFAULT NULL,
    model text DEFAULT NULL,
    horizon bigint DEFAULT 1)
RETURNS TABLE (
    method_used text,
    model_used text,
    status text,
    reason text,
    points bigint,
    parameters bigint,
    alpha_used double precision,
    beta_used double precision,
    gamma_used double precision,
    phi_used double precision,
    theta double precision,
    drift double precision,
    sse double precision,
    sigma double precision,
    log_likelihood double precision,
    aicc double precision,
    level double precision,
    trend double precision,
    season double precision[])
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1
AS 'MODULE_PATHNAME', 'ims_forecast_model';
COMMENT ON FUNCTION ims.forecast_model IS
'model behind a forecast: method, parameters, last states

One row, for the arguments of ims.forecast(); the horizon only matters where a forecast is
judged to be implausible. NULL: the method has no such figure. points: periods that were
fitted, parameters: estimated ones. beta_used and gamma_used are those of the ETS
recursion: the shares of an error that go to trend and season. sigma: standard deviation of
one-step errors, relative to the forecast in a model with error M. level, trend and season
are as after the last period, the first element of season belonging to the next one; those
of auto are of its best ETS model.
Example: SELECT m.method_used, m.alpha_used FROM ims.forecast_model(demand => ARRAY[12, 15, 11, 14, 13], method => ''simple exponential smoothing'') AS m;';
REVOKE ALL ON FUNCTION ims.forecast_model FROM PUBLIC;

CREATE FUNCTION ims.forecast_plot(
    demand double precision[],
    horizon bigint,
    season_length bigint DEFAULT 1,
    method text DEFAULT 'auto',
    coverage double precision DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    title text DEFAULT NULL)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'ims_forecast_plot';
COMMENT ON FUNCTION ims.forecast_plot IS
'history, forecast and interval as an SVG picture

800 by 300; the same arguments give the same text. Periods are counted from the last known
one, which is 0; of a long history the latest 2,000 are drawn. Arguments as of
ims.forecast().
Example: SELECT ims.forecast_plot(demand => ARRAY[12, 15, 11, 14, 13], horizon => 3, title => ''shirts'');';
REVOKE ALL ON FUNCTION ims.forecast_plot FROM PUBLIC;

CREATE FUNCTION ims.sparkline(series double precision[])
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ims_sparkline';
COMMENT ON FUNCTION ims.sparkline IS
'series as one line of block characters

From the lowest value to the highest in eight heights; a space for NULL. At most 10,000
periods (IV503); the database needs an encoding that has the characters, such as UTF8.
Example: SELECT ims.sparkline(series => ARRAY[1, 2, 3, NULL, 5]);';
REVOKE ALL ON FUNCTION ims.sparkline FROM PUBLIC;

CREATE FUNCTION ims.forecast_accuracy(
    actual double precision[],
    forecast double precision[],
    training double precision[] DEFAULT NULL,
    season_length bigint DEFAULT 1,
    lower double precision[] DEFAULT NULL,
    upper double precision[] DEFAULT NULL,
    coverage double precision DEFAULT 0.95)
RETURNS TABLE (
    status text,
    periods bigint,
    mean_error double precision,
    mae double precision,
    rmse double precision,
    smape double precision,
    wape double precision,
    bias double precision,
    mase double precision,
    rmsse double precision,
    scaled_bias double precision,
    cumulative_error double precision,
    scaled_cumulative_error double precision,
    periods_in_stock double precision,
    tracking_signal double precision,
    naive_mae double precision,
    relative_mae double precision,
    value_added double precision,
    share_within double precision,
    mean_width double precision,
    msis double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 ROWS 1
AS 'MODULE_PATHNAME', 'ims_forecast_accuracy';
COMMENT ON FUNCTION ims.forecast_accuracy IS
'accuracy of a forecast against what came, by every measure

One row over the periods that have both values. An error is forecast less actual: positive
bias, cumulative_error and tracking_signal say that too much was forecast. smape is from 0
to 2, wape and bias are shares of the sum of actuals. mase, rmsse, scaled_bias and msis are
scaled by the training part, which precedes the forecast, and the error of its seasonal naive
forecast; naive_mae is that of the same periods, value_added above 0 is better than it.
share_within, mean_width and msis are of the bounds lower and upper. NULL: no meaning here;
status is ok or says why. Arrays of different lengths are IV503.
Example: SELECT a.mae, a.bias FROM ims.forecast_accuracy(actual => ARRAY[10, 12], forecast => ARRAY[11, 11], training => ARRAY[9, 12, 10]) AS a;';
REVOKE ALL ON FUNCTION ims.forecast_accuracy FROM PUBLIC;

CREATE FUNCTION ims.uncensor_demand(
    demand double precision[],
    in_stock double precision[],
    method text DEFAULT 'negative binomial')
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'ims_uncensor_demand';
COMMENT ON FUNCTION ims.uncensor_demand IS
'demand as it would have been with stock all the time

demand is what was sold per period, in_stock the share of each period (0 to 1) in which there
was stock; NULL is taken as all of it. Periods that were in stock throughout stay as they are;
of those without any stock, less than a hundredth, nothing is known: NULL. method: negative
binomial, the mean demand given what was sold, right whatever emptied the shelf; rate, that of
the periods around; share, what was sold over the share of time; missing, NULL for every
period that was not in stock throughout. Not for items that are sold without stock.
IV501 on another method, IV503 on arrays of different lengths.
Example: SELECT ims.uncensor_demand(demand => ARRAY[10, 4, 0], in_stock => ARRAY[1, 0.5, 0], method => ''share'');';
REVOKE ALL ON FUNCTION ims.uncensor_demand FROM PUBLIC;

CREATE FUNCTION ims.decompose(
    demand double precision[],
    season_lengths bigint[])
RETURNS TABLE (
    period bigint,
    demand_known double precision,
    trend double precision,
    seasonals double precision[],
    remainder double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'ims_decompose_rows';
COMMENT ON FUNCTION ims.decompose IS
'trend and seasons of a series of demand, one row per period

demand is one value per period, oldest first, at most 10,000,000. season_lengths: one to four
ascending numbers of periods from 2 to 8784, such as 24 and 168 for hours with a day and a
week. Rows are numbered by their place and begin with the first known period; demand_known =
trend + the sum of seasonals + remainder. seasonals has one value per season length, 0 where a
season was not seen twice; where none was, the trend is the mean. A period that is not known
has trend and seasonals, demand_known and remainder are NULL. By STL (Cleveland et al. 1990),
MSTL (Bandara et al. 2021) for several seasons. IV501 on other season_lengths.
Example: SELECT d.period, d.trend, d.seasonals[1] FROM ims.decompose(demand => ARRAY[12, 20, 9, 14, 22, 10, 15, 25, 11], season_lengths => ARRAY[3]) AS d;';
REVOKE ALL ON FUNCTION ims.decompose FROM PUBLIC;

CREATE FUNCTION ims.quantile_accuracy(
    actual double precision[],
    quantile double precision[],
    level double precision,
    training double precision[] DEFAULT NULL,
    season_length bigint DEFAULT 1)
RETURNS TABLE (
    status text,
    periods bigint,
    pinball double precision,
    scaled_pinball double precision,
    share_below double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 ROWS 1
AS 'MODULE_PATHNAME', 'ims_quantile_accuracy_row';
COMMENT ON FUNCTION ims.quantile_accuracy IS
'accuracy of a quantile against what came

pinball: mean loss, level times what came above the quantile, 1 - level times what it was
above; scaled_pinball by the error of the seasonal naive forecast of the training part.
share_below: of actuals that are not above it, level if it is well calibrated. NULL: no
meaning here; status is ok or says why. Arrays of different lengths are IV503.
Example: SELECT a.pinball, a.share_below FROM ims.quantile_accuracy(actual => ARRAY[10, 12], quantile => ARRAY[14, 14], level => 0.9) AS a;';
REVOKE ALL ON FUNCTION ims.quantile_accuracy FROM PUBLIC;

CREATE FUNCTION ims.backtest(
    demand double precision[],
    horizon bigint,
    origins bigint DEFAULT 4,
    spacing bigint DEFAULT 1,
    season_length bigint DEFAULT 1,
    method text DEFAULT 'auto',
    coverage double precision DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1)
RETURNS TABLE (
    origin bigint,
    step bigint,
    actual double precision,
    forecast double precision,
    lower double precision,
    upper double precision,
    method_used text,
    status text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 40000 ROWS 48
AS 'MODULE_PATHNAME', 'ims_backtest';
COMMENT ON FUNCTION ims.backtest IS
'forecasts that would have been made in the past, with what came

One row per origin and step, earliest origin first. At an origin the method sees that many
periods and forecasts the horizon after them; the last origin is a horizon before the end of
the series, the others spacing periods apart before it. Origins that leave no period to
learn from are left out. The other arguments are those of ims.forecast().
Example: SELECT b.origin, b.step, b.actual, b.forecast FROM ims.backtest(demand => ARRAY[12, 15, 11, 14, 13, 16], horizon => 2, origins => 2, method => ''naive'') AS b;';
REVOKE ALL ON FUNCTION ims.backtest FROM PUBLIC;

CREATE FUNCTION ims.demand_class(
    demand double precision[],
    adi_cut double precision DEFAULT 1.32,
    cv2_cut double precision DEFAULT 0.49)
RETURNS TABLE (
    class text,
    adi double precision,
    cv2 double precision,
    periods bigint,
    demands bigint,
    mean_size double precision,
    periods_since_last bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 ROWS 1
AS 'MODULE_PATHNAME', 'ims_demand_class';
COMMENT ON FUNCTION ims.demand_class IS
'smooth, erratic, intermittent or lumpy demand

By Syntetos, Boylan and Croston (2005). adi: periods since the first demand, it included,
per period with demand; cv2: sample variance of the sizes of demands over their squared mean.
At a cut and above is irregular. none where there is no demand.
Example: SELECT d.class, d.adi FROM ims.demand_class(demand => ARRAY[0, 0, 4, 0, 0, 5, 0, 0]) AS d;';
REVOKE ALL ON FUNCTION ims.demand_class FROM PUBLIC;

CREATE FUNCTION ims.abc_class(
    amounts double precision[],
    a_cut double precision DEFAULT 0.8,
    b_cut double precision DEFAULT 0.95)
RETURNS text[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'ims_abc_class';
COMMENT ON FUNCTION ims.abc_class IS
'A, B or C for each amount, by shares of their sum

In descending order of amount an item is A while it and those before it make up at most a_cut
of the sum, then B, at most b_cut, then C: the item that crosses a cut is in the lower class,
also where it is most of the sum, or the only one.
Amounts are values, picks or margins; one that is null, negative or not finite is IV503.
Example: SELECT ims.abc_class(amounts => ARRAY[10, 70, 5, 15]);';
REVOKE ALL ON FUNCTION ims.abc_class FROM PUBLIC;

CREATE FUNCTION ims.xyz_class(
    demand double precision[],
    x_cut double precision DEFAULT 0.5,
    y_cut double precision DEFAULT 1.0)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ims_xyz_class';
COMMENT ON FUNCTION ims.xyz_class IS
'X, Y or Z, by how much demand varies

By the coefficient of variation of demand per period, periods without any included: X up to
x_cut, Y up to y_cut, else Z, also where there are fewer than two periods or no demand.
Example: SELECT ims.xyz_class(demand => ARRAY[10, 12, 9, 11]);';
REVOKE ALL ON FUNCTION ims.xyz_class FROM PUBLIC;

CREATE FUNCTION ims.fsn_class(
    turns double precision,
    fast_cut double precision DEFAULT 3,
    slow_cut double precision DEFAULT 1)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ims_fsn_class';
COMMENT ON FUNCTION ims.fsn_class IS
'F, S or N: fast, slow or not moving

By turns, demand of a year over mean stock, or any measure like it: F from fast_cut on, S
from slow_cut on, else N, as for NULL. Cuts that do not ascend are IV501.
Example: SELECT ims.fsn_class(turns => 2.5);';
REVOKE ALL ON FUNCTION ims.fsn_class FROM PUBLIC;

CREATE FUNCTION ims.life_cycle(
    demand double precision[],
    new_periods bigint DEFAULT 12,
    dead_periods bigint DEFAULT 26,
    window_length bigint DEFAULT 13,
    growth_cut double precision DEFAULT 1.25,
    decline_cut double precision DEFAULT 0.8,
    confidence_cut double precision DEFAULT 1.64)
RETURNS TABLE (
    stage text,
    age bigint,
    periods_since_last bigint,
    ratio double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 ROWS 1
AS 'MODULE_PATHNAME', 'ims_life_cycle';
COMMENT ON FUNCTION ims.life_cycle IS
'stage of life: new, growing, mature, declining or dead

dead: no demand in dead_periods, those that are not known aside; new: the first demand, the
age, is less than new_periods ago; growing or declining: ratio, the mean of the latest window_length periods over that of
as many before, is at least growth_cut or at most decline_cut, and both means are at least
confidence_cut standard errors apart; else mature. none: never any demand.
Example: SELECT l.stage, l.age FROM ims.life_cycle(demand => ARRAY[0, 3, 5, 4], new_periods => 6) AS l;';
REVOKE ALL ON FUNCTION ims.life_cycle FROM PUBLIC;

CREATE FUNCTION ims._demand_array_add(
    state internal,
    quantity numeric,
    period date,
    from_period date,
    to_period date,
    step text,
    gaps text)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_demand_array_add';
COMMENT ON FUNCTION ims._demand_array_add IS 'state of ims.demand_array() after one more row';

CREATE FUNCTION ims._demand_array_combine(state internal, other internal)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_demand_array_combine';
COMMENT ON FUNCTION ims._demand_array_combine IS
    'state of ims.demand_array(), or of a forecast of rows, over the rows of two';

CREATE FUNCTION ims._demand_array_send(state internal)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_demand_array_send';
COMMENT ON FUNCTION ims._demand_array_send IS 'state of ims.demand_array(), or of a forecast of rows, as bytes';

CREATE FUNCTION ims._demand_array_receive(bytes bytea, unused internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_demand_array_receive';
COMMENT ON FUNCTION ims._demand_array_receive IS
    'state of ims.demand_array(), or of a forecast of rows, from bytes';

CREATE FUNCTION ims._demand_array_finish(state internal)
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_demand_array_finish';
COMMENT ON FUNCTION ims._demand_array_finish IS 'one value per period from the state of ims.demand_array()';

CREATE AGGREGATE ims.demand_array(
    quantity numeric,
    period date,
    from_period date,
    to_period date,
    step text,
    gaps text) (
    SFUNC = ims._demand_array_add,
    STYPE = internal,
    SSPACE = 1000,
    FINALFUNC = ims._demand_array_finish,
    COMBINEFUNC = ims._demand_array_combine,
    SERIALFUNC = ims._demand_array_send,
    DESERIALFUNC = ims._demand_array_receive,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims.demand_array(numeric, date, date, date, text, text) IS
'demand per period from rows, gaps filled

One element per period of the window, oldest first: from_period is its first day, to_period
the day after its last; step is day, week (from the weekday of the first day) or month. gaps
says what a period without rows is: zero, null, or carry (the value before). Rows outside of the window, without
quantity or without period count for nothing. The order of the rows does not matter.
PostgreSQL takes the arguments of an aggregate by position only.
Example: SELECT ims.demand_array(d.quantity, d.day, ''2026-01-01'', ''2026-01-04'', ''day'', ''zero'') FROM (VALUES (2, ''2026-01-01''::date), (3, ''2026-01-03'')) AS d (quantity, day);';
REVOKE ALL ON FUNCTION ims.demand_array(numeric, date, date, date, text, text) FROM PUBLIC;

CREATE FUNCTION ims._forecast_array_add(
    state internal,
    quantity numeric,
    period date,
    from_period date,
    to_period date,
    step text,
    gaps text,
    horizon bigint,
    season_length bigint,
    method text)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_forecast_array_add';
COMMENT ON FUNCTION ims._forecast_array_add IS 'state of ims.forecast_array() after one more row';

CREATE FUNCTION ims._forecast_array_finish(state internal)
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'ims_forecast_array_finish';
COMMENT ON FUNCTION ims._forecast_array_finish IS 'forecast from the state of ims.forecast_array()';

CREATE AGGREGATE ims.forecast_array(
    quantity numeric,
    period date,
    from_period date,
    to_period date,
    step text,
    gaps text,
    horizon bigint,
    season_length bigint,
    method text) (
    SFUNC = ims._forecast_array_add,
    STYPE = internal,
    SSPACE = 1000,
    FINALFUNC = ims._forecast_array_finish,
    COMBINEFUNC = ims._demand_array_combine,
    SERIALFUNC = ims._demand_array_send,
    DESERIALFUNC = ims._demand_array_receive,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims.forecast_array(numeric, date, date, date, text, text, bigint, bigint, text) IS
'forecast from rows of demand, one value per step

What ims.forecast() says of ims.demand_array() over the same rows, which the first six arguments
are for; horizon: periods to forecast, from to_period on; season_length and method as there, NULL
for its defaults. Below zero becomes zero. All but quantity and period are the same for all rows
of a group (IV501, IV504). A row never is an error: of more than six decimals quantity is
rounded, and what is no number, or 10^18 or more, makes its period unknown. No rows: NULL.
For bounds, status and reason see ims.forecast_json().
Example: SELECT ims.forecast_array(d.quantity, d.day, ''2026-01-01'', ''2026-01-07'', ''day'', ''zero'', 2, NULL, NULL) FROM (VALUES (2, ''2026-01-01''::date), (3, ''2026-01-03'')) AS d (quantity, day);';
REVOKE ALL ON FUNCTION ims.forecast_array(numeric, date, date, date, text, text, bigint, bigint, text) FROM PUBLIC;

CREATE FUNCTION ims._forecast_json_add(
    state internal,
    quantity numeric,
    period date,
    from_period date,
    to_period date,
    step text,
    gaps text,
    horizon bigint,
    season_length bigint,
    method text,
    coverage double precision,
    non_negative boolean,
    seed bigint)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_forecast_json_add';
COMMENT ON FUNCTION ims._forecast_json_add IS 'state of ims.forecast_json() after one more row';

CREATE FUNCTION ims._forecast_json_finish(state internal)
RETURNS jsonb
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'ims_forecast_json_finish';
COMMENT ON FUNCTION ims._forecast_json_finish IS 'forecast from the state of ims.forecast_json()';

CREATE AGGREGATE ims.forecast_json(
    quantity numeric,
    period date,
    from_period date,
    to_period date,
    step text,
    gaps text,
    horizon bigint,
    season_length bigint,
    method text,
    coverage double precision,
    non_negative boolean,
    seed bigint) (
    SFUNC = ims._forecast_json_add,
    STYPE = internal,
    SSPACE = 1000,
    FINALFUNC = ims._forecast_json_finish,
    COMBINEFUNC = ims._demand_array_combine,
    SERIALFUNC = ims._demand_array_send,
    DESERIALFUNC = ims._demand_array_receive,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims.forecast_json(numeric, date, date, date, text, text, bigint, bigint, text, double precision, boolean, bigint) IS
'forecast from rows of demand, with bounds and reason

An object: arrays forecast, lower, upper and standard_deviation with one element per step, null
where there is no figure; method_used, status and reason. They are the columns of ims.forecast(),
as coverage, non_negative and seed are its arguments, NULL for their defaults. All else is as of
ims.forecast_array(). jsonb_to_record() makes columns of it.
Example: SELECT r.forecast, r.upper, r.status FROM (SELECT ims.forecast_json(d.quantity, d.day, ''2026-01-01'', ''2026-01-07'', ''day'', ''zero'', 2, NULL, NULL, 0.9, NULL, NULL) FROM (VALUES (2, ''2026-01-01''::date), (3, ''2026-01-03'')) AS d (quantity, day)) AS f (answer), jsonb_to_record(f.answer) AS r (forecast double precision[], upper double precision[], status text);';
REVOKE ALL ON FUNCTION ims.forecast_json(numeric, date, date, date, text, text, bigint, bigint, text, double precision, boolean, bigint) FROM PUBLIC;
