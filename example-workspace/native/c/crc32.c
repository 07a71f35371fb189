#include "telemetry.h"

#include "crc32_tables.h"

/* The same on every byte order; compilers make it one load where they can. */
static uint32_t load_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t telemetry_crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (; len >= 8; data += 8, len -= 8) {
		uint32_t low = load_le32(data) ^ crc;
		uint32_t high = load_le32(data + 4);

		crc = TABLES[7][low & 0xff] ^ TABLES[6][low >> 8 & 0xff] ^
		      TABLES[5][low >> 16 & 0xff] ^ TABLES[4][low >> 24] ^
		      TABLES[3][high & 0xff] ^ TABLES[2][high >> 8 & 0xff] ^
		      TABLES[1][high >> 16 & 0xff] ^ TABLES[0][high >> 24];
	}
	for (; len > 0; data++, len--)
		crc = crc >> 8 ^ TABLES[0][(crc ^ *data) & 0xff];
	return ~crc;
}
