// SPDX-License-Identifier: Apache-2.0
//
// Numbers modulo the group order L = 2^252 + 27742317777372353535851937790883648493, and their digits.
#ifndef FL_SCALAR_H
#define FL_SCALAR_H

#include <stdint.h>

// 1 when 32 little-endian bytes are a number under L.
int scalar_is_canonical(const uint8_t s[32]);

// A 64-byte little-endian number modulo L.
void scalar_reduce(const uint8_t h[64], uint8_t r[32]);

// 64 digits of -8 ... 7 to the base 16; the number is under 2^253.
void scalar_digits16(const uint8_t s[32], int8_t digits[64]);

// 32 digits of -128 ... 127 to the base 256; the number is under 2^253.
void scalar_digits256(const uint8_t s[32], int16_t digits[32]);

#endif
