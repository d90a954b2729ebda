// SPDX-License-Identifier: Apache-2.0
#include "scalar.h"

#include <string.h>

typedef unsigned __int128 u128;

static const uint64_t L[5] = {0x5812631a5cf5d3edULL, 0x14def9dea2f79cd6ULL, 0, 0x1000000000000000ULL, 0};
// floor(2^512 / L)
static const uint64_t Mu[5] = {0xed9ce5a30a2c131bULL, 0x2106215d086329a7ULL, 0xffffffffffffffebULL, 0xffffffffffffffffULL, 0xf};

// r -= b over five words; returns the borrow.
static uint64_t subtract(uint64_t r[5], const uint64_t b[5])
{
    uint64_t borrow = 0;
    for (int i = 0; i < 5; i++) {
        u128 difference = (u128)r[i] - b[i] - borrow;
        r[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
}

int scalar_is_canonical(const uint8_t s[32])
{
    uint64_t words[5] = {0};
    memcpy(words, s, 32);
    return (int)subtract(words, L);
}

// Barrett reduction, Handbook of Applied Cryptography, algorithm 14.42, with b = 2^64 and k = 4.
void scalar_reduce(const uint8_t h[64], uint8_t out[32])
{
    uint64_t x[8], product[10] = {0}, r[5], qL[5] = {0};
    memcpy(x, h, 64);
    for (int i = 0; i < 5; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 5; j++) {
            u128 t = (u128)x[3 + i] * Mu[j] + product[i + j] + carry;
            product[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        product[i + 5] = carry;
    }
    const uint64_t *q = product + 5;
    for (int i = 0; i < 5; i++) {
        uint64_t carry = 0;
        for (int j = 0; i + j < 5; j++) {
            u128 t = (u128)q[i] * L[j] + qL[i + j] + carry;
            qL[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
    }
    memcpy(r, x, sizeof r);
    subtract(r, qL); // modulo 2^320
    for (int i = 0; i < 2; i++) {
        uint64_t less[5];
        memcpy(less, r, sizeof less);
        if (!subtract(less, L)) memcpy(r, less, sizeof r);
    }
    memcpy(out, r, 32);
}

void scalar_digits16(const uint8_t s[32], int8_t digits[64])
{
    int carry = 0;
    for (int i = 0; i < 64; i++) {
        int nibble = ((s[i / 2] >> (4 * (i % 2))) & 15) + carry;
        carry = (nibble + 8) >> 4;
        digits[i] = (int8_t)(nibble - (carry << 4));
    }
}

void scalar_digits256(const uint8_t s[32], int16_t digits[32])
{
    int carry = 0;
    for (int i = 0; i < 32; i++) {
        int byte = s[i] + carry;
        carry = (byte + 128) >> 8;
        digits[i] = (int16_t)(byte - (carry << 8));
    }
}
