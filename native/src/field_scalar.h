// SPDX-License-Identifier: Apache-2.0
//
// As field.h, for one number at a time: what cannot be spread over lanes, an inversion above all. Limbs under 2^52 go in and come out.
#ifndef FL_FIELD_SCALAR_H
#define FL_FIELD_SCALAR_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t v[5];
} fs;

typedef unsigned __int128 fs_wide;

#define FS_MASK51 0x7ffffffffffffULL

static inline __attribute__((always_inline)) fs fs_carry(fs_wide r0, fs_wide r1, fs_wide r2, fs_wide r3, fs_wide r4)
{
    fs r;
    r1 += (uint64_t)(r0 >> 51);
    r2 += (uint64_t)(r1 >> 51);
    r3 += (uint64_t)(r2 >> 51);
    r4 += (uint64_t)(r3 >> 51);
    uint64_t low = ((uint64_t)r0 & FS_MASK51) + (uint64_t)(r4 >> 51) * 19;
    r.v[0] = low & FS_MASK51;
    r.v[1] = ((uint64_t)r1 & FS_MASK51) + (low >> 51);
    r.v[2] = (uint64_t)r2 & FS_MASK51;
    r.v[3] = (uint64_t)r3 & FS_MASK51;
    r.v[4] = (uint64_t)r4 & FS_MASK51;
    return r;
}

static inline __attribute__((always_inline)) fs fs_mul(fs x, fs y)
{
    const uint64_t *a = x.v, *b = y.v;
    uint64_t b1 = 19 * b[1], b2 = 19 * b[2], b3 = 19 * b[3], b4 = 19 * b[4];
    return fs_carry((fs_wide)a[0] * b[0] + (fs_wide)a[1] * b4 + (fs_wide)a[2] * b3 + (fs_wide)a[3] * b2 + (fs_wide)a[4] * b1,
                    (fs_wide)a[0] * b[1] + (fs_wide)a[1] * b[0] + (fs_wide)a[2] * b4 + (fs_wide)a[3] * b3 + (fs_wide)a[4] * b2,
                    (fs_wide)a[0] * b[2] + (fs_wide)a[1] * b[1] + (fs_wide)a[2] * b[0] + (fs_wide)a[3] * b4 + (fs_wide)a[4] * b3,
                    (fs_wide)a[0] * b[3] + (fs_wide)a[1] * b[2] + (fs_wide)a[2] * b[1] + (fs_wide)a[3] * b[0] + (fs_wide)a[4] * b4,
                    (fs_wide)a[0] * b[4] + (fs_wide)a[1] * b[3] + (fs_wide)a[2] * b[2] + (fs_wide)a[3] * b[1] + (fs_wide)a[4] * b[0]);
}

static inline __attribute__((always_inline)) fs fs_square(fs x)
{
    const uint64_t *a = x.v;
    uint64_t d0 = 2 * a[0], d1 = 2 * a[1], d2 = 2 * a[2], a3 = 19 * a[3], a4 = 19 * a[4];
    return fs_carry((fs_wide)a[0] * a[0] + (fs_wide)d1 * a4 + (fs_wide)d2 * a3,
                    (fs_wide)d0 * a[1] + (fs_wide)d2 * a4 + (fs_wide)a[3] * a3,
                    (fs_wide)d0 * a[2] + (fs_wide)a[1] * a[1] + (fs_wide)(2 * a[3]) * a4,
                    (fs_wide)d0 * a[3] + (fs_wide)d1 * a[2] + (fs_wide)a[4] * a4,
                    (fs_wide)d0 * a[4] + (fs_wide)d1 * a[3] + (fs_wide)a[2] * a[2]);
}

static inline fs fs_square_times(fs x, int times)
{
    for (int i = 0; i < times; i++) x = fs_square(x);
    return x;
}

// x^(p - 2), by the addition chain of field.h.
static inline fs fs_invert(fs x)
{
    fs x2 = fs_square(x);
    fs x9 = fs_mul(fs_square_times(x2, 2), x);
    fs x11 = fs_mul(x9, x2);
    fs e5 = fs_mul(fs_square(x11), x9);
    fs e10 = fs_mul(fs_square_times(e5, 5), e5);
    fs e20 = fs_mul(fs_square_times(e10, 10), e10);
    fs e40 = fs_mul(fs_square_times(e20, 20), e20);
    fs e50 = fs_mul(fs_square_times(e40, 10), e10);
    fs e100 = fs_mul(fs_square_times(e50, 50), e50);
    fs e200 = fs_mul(fs_square_times(e100, 100), e100);
    fs e250 = fs_mul(fs_square_times(e200, 50), e50);
    return fs_mul(fs_square_times(e250, 5), x11);
}

// The one representation under p.
static inline fs fs_freeze(fs x)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < 4; i++) {
            x.v[i + 1] += x.v[i] >> 51;
            x.v[i] &= FS_MASK51;
        }
        x.v[0] += 19 * (x.v[4] >> 51);
        x.v[4] &= FS_MASK51;
    }
    // Adding 19 carries out of the top exactly when x is at least p.
    uint64_t q = 19;
    for (int i = 0; i < 5; i++) q = (x.v[i] + q) >> 51;
    x.v[0] += 19 * q;
    for (int i = 0; i < 4; i++) {
        x.v[i + 1] += x.v[i] >> 51;
        x.v[i] &= FS_MASK51;
    }
    x.v[4] &= FS_MASK51;
    return x;
}

static inline void fs_to_bytes(fs frozen, uint8_t bytes[32])
{
    const uint64_t *v = frozen.v;
    uint64_t words[4] = {v[0] | v[1] << 51, v[1] >> 13 | v[2] << 38, v[2] >> 26 | v[3] << 25, v[3] >> 39 | v[4] << 12};
    memcpy(bytes, words, 32);
}

#endif
