#include "telemetry.h"

#include <string.h>

/* The most bytes that one group carries; a full group stands for no zero after it. */
#define GROUP 254

size_t telemetry_cobs_encode(const uint8_t *data, size_t len, uint8_t *out)
{
	size_t in = 0;
	size_t used = 0;

	for (;;) {
		size_t run = 0;

		while (run < GROUP && in + run < len && data[in + run] != 0)
			run++;
		out[used++] = (uint8_t)(run + 1);
		memcpy(out + used, data + in, run);
		used += run;
		in += run;
		if (in == len)
			return used;
		/* A zero at the very end comes back here, and becomes an empty group. */
		if (run < GROUP)
			in++;
	}
}

bool telemetry_cobs_decode(const uint8_t *data, size_t len, uint8_t *out, size_t *out_len)
{
	size_t in = 0;
	size_t used = 0;

	if (len == 0)
		return false;
	while (in < len) {
		size_t code = data[in++];
		size_t run = code - 1;

		if (code == 0 || run > len - in || memchr(data + in, 0, run) != NULL)
			return false;
		memcpy(out + used, data + in, run);
		used += run;
		in += run;
		if (run < GROUP && in < len)
			out[used++] = 0;
	}
	*out_len = used;
	return true;
}
