// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic modulo p = 2^255 - 19, on eight numbers at a time, one per 64-bit lane. A number is five limbs of 51 bits.
//
// The multiplier takes the low 52 bits of each limb. "Reduced" below means limbs under 2^51 + 2^15: what every function returns, and what
// every function takes. Sums and differences are therefore carried at once; the spare bit is only headroom for the carry.
#ifndef FL_FIELD_H
#define FL_FIELD_H

#include <immintrin.h>
#include <stdint.h>

typedef __m512i lanes;

typedef struct {
    lanes v[5];
} fe;

#define FL_INLINE static inline __attribute__((always_inline))
#define FL_MASK51 0x7ffffffffffffULL

FL_INLINE lanes all(uint64_t x) { return _mm512_set1_epi64((long long)x); }
FL_INLINE lanes madlo(lanes sum, lanes a, lanes b) { return _mm512_madd52lo_epu64(sum, a, b); }
FL_INLINE lanes madhi(lanes sum, lanes a, lanes b) { return _mm512_madd52hi_epu64(sum, a, b); }
FL_INLINE lanes add64(lanes a, lanes b) { return _mm512_add_epi64(a, b); }
FL_INLINE lanes twice(lanes a) { return _mm512_slli_epi64(a, 1); }

FL_INLINE fe fe_all(const uint64_t limbs[5])
{
    fe r;
    for (int i = 0; i < 5; i++) r.v[i] = all(limbs[i]);
    return r;
}

// One parallel carry: limbs under 2^61 become reduced. 2^255 = 19.
FL_INLINE fe fe_carry(lanes r0, lanes r1, lanes r2, lanes r3, lanes r4)
{
    const lanes mask = all(FL_MASK51);
    fe r;
    lanes c0 = _mm512_srli_epi64(r0, 51), c1 = _mm512_srli_epi64(r1, 51), c2 = _mm512_srli_epi64(r2, 51);
    lanes c3 = _mm512_srli_epi64(r3, 51), c4 = _mm512_srli_epi64(r4, 51);
    r.v[0] = madlo(_mm512_and_si512(r0, mask), c4, all(19));
    r.v[1] = add64(_mm512_and_si512(r1, mask), c0);
    r.v[2] = add64(_mm512_and_si512(r2, mask), c1);
    r.v[3] = add64(_mm512_and_si512(r3, mask), c2);
    r.v[4] = add64(_mm512_and_si512(r4, mask), c3);
    return r;
}

FL_INLINE fe fe_add(fe a, fe b)
{
    return fe_carry(add64(a.v[0], b.v[0]), add64(a.v[1], b.v[1]), add64(a.v[2], b.v[2]), add64(a.v[3], b.v[3]), add64(a.v[4], b.v[4]));
}

// a - b + 4p stays positive for reduced b.
FL_INLINE fe fe_sub(fe a, fe b)
{
    const lanes p0 = all(4 * (FL_MASK51 - 18)), p1 = all(4 * FL_MASK51);
    return fe_carry(_mm512_sub_epi64(add64(a.v[0], p0), b.v[0]), _mm512_sub_epi64(add64(a.v[1], p1), b.v[1]),
                    _mm512_sub_epi64(add64(a.v[2], p1), b.v[2]), _mm512_sub_epi64(add64(a.v[3], p1), b.v[3]),
                    _mm512_sub_epi64(add64(a.v[4], p1), b.v[4]));
}

FL_INLINE fe fe_negate(fe a)
{
    const uint64_t zero[5] = {0};
    return fe_sub(fe_all(zero), a);
}

FL_INLINE lanes times19(lanes x) { return add64(add64(x, twice(x)), _mm512_slli_epi64(x, 4)); }

// Columns of the product have weight 2^(51 k). The high half of a 52-bit product has weight 2^52 relative to its column, so it counts
// twice in the next one: high halves are summed first, doubled, and the low halves accumulate on top. A column stays under
// 2 * 5 * 2^52 + 5 * 2^52 < 2^56, and 19 times that under 2^61.
FL_INLINE fe fe_mul(fe x, fe y)
{
    const lanes *a = x.v, *b = y.v;
    const lanes zero = _mm512_setzero_si512();
    lanes h1 = madhi(zero, a[0], b[0]);
    lanes h2 = madhi(madhi(zero, a[0], b[1]), a[1], b[0]);
    lanes h3 = madhi(madhi(madhi(zero, a[0], b[2]), a[1], b[1]), a[2], b[0]);
    lanes h4 = madhi(madhi(madhi(madhi(zero, a[0], b[3]), a[1], b[2]), a[2], b[1]), a[3], b[0]);
    lanes h5 = madhi(madhi(madhi(madhi(madhi(zero, a[0], b[4]), a[1], b[3]), a[2], b[2]), a[3], b[1]), a[4], b[0]);
    lanes h6 = madhi(madhi(madhi(madhi(zero, a[1], b[4]), a[2], b[3]), a[3], b[2]), a[4], b[1]);
    lanes h7 = madhi(madhi(madhi(zero, a[2], b[4]), a[3], b[3]), a[4], b[2]);
    lanes h8 = madhi(madhi(zero, a[3], b[4]), a[4], b[3]);
    lanes h9 = madhi(zero, a[4], b[4]);
    lanes c5 = madlo(madlo(madlo(madlo(twice(h5), a[1], b[4]), a[2], b[3]), a[3], b[2]), a[4], b[1]);
    lanes c6 = madlo(madlo(madlo(twice(h6), a[2], b[4]), a[3], b[3]), a[4], b[2]);
    lanes c7 = madlo(madlo(twice(h7), a[3], b[4]), a[4], b[3]);
    lanes c8 = madlo(twice(h8), a[4], b[4]);
    lanes c9 = twice(h9);
    lanes r0 = madlo(times19(c5), a[0], b[0]);
    lanes r1 = madlo(madlo(add64(times19(c6), twice(h1)), a[0], b[1]), a[1], b[0]);
    lanes r2 = madlo(madlo(madlo(add64(times19(c7), twice(h2)), a[0], b[2]), a[1], b[1]), a[2], b[0]);
    lanes r3 = madlo(madlo(madlo(madlo(add64(times19(c8), twice(h3)), a[0], b[3]), a[1], b[2]), a[2], b[1]), a[3], b[0]);
    lanes r4 = madlo(madlo(madlo(madlo(madlo(add64(times19(c9), twice(h4)), a[0], b[4]), a[1], b[3]), a[2], b[2]), a[3], b[1]), a[4], b[0]);
    return fe_carry(r0, r1, r2, r3, r4);
}

// As fe_mul, with the products of different limbs counted twice.
FL_INLINE fe fe_square(fe x)
{
    const lanes *a = x.v;
    const lanes zero = _mm512_setzero_si512();
    // Column k = diagonal low + 2 (cross low + diagonal high + 2 cross high): cross high is doubled first, then with the others.
    lanes r0 = zero, c9 = twice(madhi(zero, a[4], a[4]));
    lanes c8 = madlo(twice(twice(madhi(zero, a[3], a[4]))), a[4], a[4]);
    lanes c7 = twice(madlo(madhi(twice(madhi(zero, a[2], a[4])), a[3], a[3]), a[3], a[4]));
    lanes c6 = madlo(twice(madlo(twice(madhi(madhi(zero, a[1], a[4]), a[2], a[3])), a[2], a[4])), a[3], a[3]);
    lanes c5 = twice(madlo(madlo(madhi(twice(madhi(madhi(zero, a[0], a[4]), a[1], a[3])), a[2], a[2]), a[1], a[4]), a[2], a[3]));
    lanes c4 = madlo(twice(madlo(madlo(twice(madhi(madhi(zero, a[0], a[3]), a[1], a[2])), a[0], a[4]), a[1], a[3])), a[2], a[2]);
    lanes c3 = twice(madlo(madlo(madhi(twice(madhi(zero, a[0], a[2])), a[1], a[1]), a[0], a[3]), a[1], a[2]));
    lanes c2 = madlo(twice(madlo(twice(madhi(zero, a[0], a[1])), a[0], a[2])), a[1], a[1]);
    lanes c1 = twice(madlo(madhi(zero, a[0], a[0]), a[0], a[1]));
    r0 = madlo(r0, a[0], a[0]);
    return fe_carry(add64(r0, times19(c5)), add64(c1, times19(c6)), add64(c2, times19(c7)), add64(c3, times19(c8)), add64(c4, times19(c9)));
}

#define FIELD_TYPE fe
#define FIELD(name) fe_##name
#define FIELD_LIMB lanes
#define LIMB(x) all(x)
#define LIMB_ADD(a, b) add64(a, b)
#define LIMB_LOW(x) _mm512_and_si512(x, all(FL_MASK51))
#define LIMB_HIGH(x) _mm512_srli_epi64(x, 51)
#define LIMB_ADD_19(sum, x) madlo(sum, x, all(19))
#include "field_chains.h"

// x^((p - 5) / 8) = x^(2^252 - 3).
static inline fe fe_power_p58(fe x)
{
    fe x11;
    fe e250 = fe_power_250(x, &x11);
    return fe_mul(fe_square_times(e250, 2), x);
}

// Lanes in which two frozen numbers are equal.
FL_INLINE __mmask8 fe_equal_frozen(fe a, fe b)
{
    __mmask8 equal = 0xff;
    for (int i = 0; i < 5; i++) equal = _mm512_mask_cmpeq_epi64_mask(equal, a.v[i], b.v[i]);
    return equal;
}

FL_INLINE fe fe_select(__mmask8 which, fe otherwise, fe chosen)
{
    fe r;
    for (int i = 0; i < 5; i++) r.v[i] = _mm512_mask_blend_epi64(which, otherwise.v[i], chosen.v[i]);
    return r;
}

// From and to four 64-bit words, little-endian; the top bit is not part of the number.
FL_INLINE fe fe_from_words(const lanes w[4])
{
    const lanes mask = all(FL_MASK51);
    fe r;
    r.v[0] = _mm512_and_si512(w[0], mask);
    r.v[1] = _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64(w[0], 51), _mm512_slli_epi64(w[1], 13)), mask);
    r.v[2] = _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64(w[1], 38), _mm512_slli_epi64(w[2], 26)), mask);
    r.v[3] = _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64(w[2], 25), _mm512_slli_epi64(w[3], 39)), mask);
    r.v[4] = _mm512_and_si512(_mm512_srli_epi64(w[3], 12), mask);
    return r;
}

FL_INLINE void fe_to_words(fe frozen, lanes w[4])
{
    const lanes *v = frozen.v;
    w[0] = _mm512_or_si512(v[0], _mm512_slli_epi64(v[1], 51));
    w[1] = _mm512_or_si512(_mm512_srli_epi64(v[1], 13), _mm512_slli_epi64(v[2], 38));
    w[2] = _mm512_or_si512(_mm512_srli_epi64(v[2], 26), _mm512_slli_epi64(v[3], 25));
    w[3] = _mm512_or_si512(_mm512_srli_epi64(v[3], 39), _mm512_slli_epi64(v[4], 12));
}

#endif
