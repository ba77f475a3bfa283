# Package forecast of R on the series that accuracy.c reads, for a comparison in
# one run on one machine.
#
# usage: Rscript peer.R SERIES.csv.gz GROUP STEP OFFSET HELD_OUT SEASON METHOD ...
#
# GROUP is a period such as MONTHLY, or ALL; of its series every STEP-th is taken,
# from OFFSET on, counted from 0; HELD_OUT and SEASON where the file does not say;
# METHOD is ets, thetaf or croston.  Printed per method, separated by tabs: group,
# method, number of series, sMAPE (%), MASE, and series per second of CPU time.  Of
# ets only the point forecasts are asked for, which is less work than accuracy.c does.

suppressMessages(library(forecast))

arguments <- commandArgs(trailingOnly = TRUE)
path <- arguments[1]
group <- arguments[2]
step <- as.integer(arguments[3])
offset <- as.integer(arguments[4])
held_out <- as.integer(arguments[5])
season <- as.integer(arguments[6])
methods <- arguments[-(1:6)]

series <- function() {
    rows <- read.csv(gzfile(path), stringsAsFactors = FALSE)
    if (group != "ALL") {
        rows <- rows[rows$period == group, ]
    }
    parts <- split(rows, factor(rows$series, levels = unique(rows$series)))
    parts <- parts[(seq_along(parts) - 1) %% step == offset]
    parts <- Filter(function(rows) !anyNA(rows$y), parts)
    lapply(parts, function(rows) {
        test <- if (is.null(rows$split)) {
            seq_len(nrow(rows)) > nrow(rows) - held_out
        } else {
            rows$split == "test"
        }
        list(train = ts(rows$y[!test], frequency = if (is.null(rows$freq)) season else rows$freq[1]),
             test = rows$y[test])
    })
}

forecasts <- list(
    ets = function(y, h) forecast(ets(y), h = h, PI = FALSE)$mean,
    thetaf = function(y, h) thetaf(y, h = h)$mean,
    croston = function(y, h) croston(y, h = h)$mean)

smape <- function(one, expected) {
    sizes <- abs(one$test) + abs(expected)
    200 * sum(ifelse(sizes > 0, abs(one$test - expected) / sizes, 0)) / length(one$test)
}

mase <- function(one, expected) {
    lag <- if (length(one$train) > frequency(one$train)) frequency(one$train) else 1
    scale <- mean(abs(diff(as.numeric(one$train), lag)))
    if (scale > 0) mean(abs(one$test - expected)) / scale else NA
}

all <- series()
for (method in methods) {
    expected <- vector("list", length(all))
    before <- proc.time()
    for (i in seq_along(all)) {
        expected[[i]] <- as.numeric(forecasts[[method]](all[[i]]$train, length(all[[i]]$test)))
    }
    used <- sum((proc.time() - before)[1:2])
    cat(group, method, length(all),
        sprintf("%.4f", mean(mapply(smape, all, expected))),
        sprintf("%.4f", mean(mapply(mase, all, expected), na.rm = TRUE)),
        sprintf("%.3f", length(all) / used), sep = "\t")
    cat("\n")
}
