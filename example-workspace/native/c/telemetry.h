#ifndef TELEMETRY_H
#define TELEMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC-32 as Ethernet and gzip define it. */
uint32_t telemetry_crc32(const uint8_t *data, size_t len);

/*
 * Stuffs bytes so that none of them is zero, and returns how many that makes.
 * `out` has room for len + len / 254 + 1 bytes and does not overlap `data`.
 */
size_t telemetry_cobs_encode(const uint8_t *data, size_t len, uint8_t *out);

/*
 * Reverts telemetry_cobs_encode and stores the number of bytes in `out_len`.
 * Returns false, with some bytes written, if `data` is no result of it.
 * `out` has room for `len` bytes and does not overlap `data`.
 */
bool telemetry_cobs_decode(const uint8_t *data, size_t len, uint8_t *out, size_t *out_len);

#endif
