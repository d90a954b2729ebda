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

#define FIELD_TYPE fs
#define FIELD(name) fs_##name
#define FIELD_LIMB uint64_t
#define LIMB(x) (x)
#define LIMB_ADD(a, b) ((a) + (b))
#define LIMB_LOW(x) ((x) & FS_MASK51)
#define LIMB_HIGH(x) ((x) >> 51)
#define LIMB_ADD_19(sum, x) ((sum) + 19 * (x))
#include "field_chains.h"

static inline void fs_to_bytes(fs frozen, uint8_t bytes[32])
{
    const uint64_t *v = frozen.v;
    uint64_t words[4] = {v[0] | v[1] << 51, v[1] >> 13 | v[2] << 38, v[2] >> 26 | v[3] << 25, v[3] >> 39 | v[4] << 12};
    memcpy(bytes, words, 32);
}

#endif
