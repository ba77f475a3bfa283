/*
 * irregular.h -- what the tests of irregular demand share.
 */
#ifndef IMS_TEST_IRREGULAR_H
#define IMS_TEST_IRREGULAR_H

#include "golden.h"

#include "forecast/intermittent.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* With scratch of exactly the size that was told, on a heap that is watched. */
static inline ImsIntermittentForecast
run(ImsIntermittentMethod method, const double *value, int count,
	const ImsIntermittentRequest *request)
{
	ImsSeries series = {value, count, 1};
	size_t size = ims_intermittent_scratch_size(count);
	void *scratch = malloc(size);
	ImsIntermittentForecast forecast;

	ims_intermittent(method, &series, request, scratch, size, &forecast);
	free(scratch);
	return forecast;
}

static inline ImsIntermittentRequest
request_of(double size, double interval, ImsIntermittentStart start)
{
	ImsIntermittentRequest request;

	ims_intermittent_request(&request);
	request.weights.size = size;
	request.weights.interval = interval;
	request.start = start;
	return request;
}

#endif
