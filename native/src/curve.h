// SPDX-License-Identifier: Apache-2.0
//
// Points of edwards25519, eight at a time, one per lane, and their encodings. Curve formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards
// Curves Revisited" (2008), complete for every point of the curve, so that points of mixed order take no special path.
#ifndef FL_CURVE_H
#define FL_CURVE_H

#include "field.h"

#include <string.h>

#define LANES 8

typedef struct {
    fe X, Y, Z, T; // x = X / Z, y = Y / Z, x y = T / Z
} point;

typedef struct {
    fe X, Y, Z, T; // ((X : Z), (Y : T)): the result of a formula before its last products
} completed;

typedef struct {
    fe y_plus_x, y_minus_x, Z, T2d;
} cached;

static const uint64_t Zero[5] = {0}, One[5] = {1};
static const uint64_t D[5] = {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff};
static const uint64_t D2[5] = {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff};
static const uint64_t SqrtMinus1[5] = {0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d};
static const uint64_t BaseX[5] = {0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5};
static const uint64_t BaseY[5] = {0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666};

// y of every point whose order divides 8, and the non-canonical encodings of two of them; the sign bit is not compared.
static const uint8_t SmallOrder[7][32] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

static inline int has_small_order(const uint8_t encoding[32])
{
    for (int i = 0; i < 7; i++)
        if (memcmp(encoding, SmallOrder[i], 31) == 0 && ((encoding[31] ^ SmallOrder[i][31]) & 0x7f) == 0) return 1;
    return 0;
}

// Is y, without the sign bit, under p?
static inline int is_canonical(const uint8_t encoding[32])
{
    if ((encoding[31] & 0x7f) != 0x7f || encoding[0] < 0xed) return 1;
    for (int i = 1; i < 31; i++)
        if (encoding[i] != 0xff) return 1;
    return 0;
}

static inline point base_point(void)
{
    fe x = fe_all(BaseX), y = fe_all(BaseY);
    return (point){x, y, fe_all(One), fe_mul(x, y)};
}

FL_INLINE void complete_to_projective(const completed *c, point *r)
{
    r->X = fe_mul(c->X, c->T);
    r->Y = fe_mul(c->Y, c->Z);
    r->Z = fe_mul(c->Z, c->T);
}

FL_INLINE void complete_to_extended(const completed *c, point *r)
{
    complete_to_projective(c, r);
    r->T = fe_mul(c->X, c->Y);
}

static inline void double_projective(const point *p, completed *r)
{
    fe xx = fe_square(p->X), yy = fe_square(p->Y), zz = fe_square(p->Z), sum = fe_square(fe_add(p->X, p->Y));
    r->Y = fe_add(yy, xx);
    r->Z = fe_sub(yy, xx);
    r->X = fe_sub(sum, r->Y);
    r->T = fe_sub(fe_add(zz, zz), r->Z);
}

FL_INLINE void finish_addition(fe a, fe b, fe c, fe d, completed *r)
{
    r->X = fe_sub(a, b);
    r->Y = fe_add(a, b);
    r->Z = fe_add(d, c);
    r->T = fe_sub(d, c);
}

static inline void add_cached(const point *p, const cached *q, completed *r)
{
    fe a = fe_mul(fe_add(p->Y, p->X), q->y_plus_x), b = fe_mul(fe_sub(p->Y, p->X), q->y_minus_x);
    fe c = fe_mul(q->T2d, p->T), zz = fe_mul(p->Z, q->Z);
    finish_addition(a, b, c, fe_add(zz, zz), r);
}

// As add_cached, with Z = 1 in the second point.
static inline void add_affine(const point *p, const cached *q, completed *r)
{
    fe a = fe_mul(fe_add(p->Y, p->X), q->y_plus_x), b = fe_mul(fe_sub(p->Y, p->X), q->y_minus_x);
    finish_addition(a, b, fe_mul(q->T2d, p->T), fe_add(p->Z, p->Z), r);
}

static inline void cache(const point *p, cached *r)
{
    r->y_plus_x = fe_add(p->Y, p->X);
    r->y_minus_x = fe_sub(p->Y, p->X);
    r->Z = p->Z;
    r->T2d = fe_mul(p->T, fe_all(D2));
}

static inline void cache_neutral(cached *r)
{
    r->y_plus_x = r->y_minus_x = r->Z = fe_all(One);
    r->T2d = fe_all(Zero);
}

// -q where the digit is negative: the sums change places, and T2d its sign.
FL_INLINE void negate_where(__mmask8 negative, cached *q)
{
    fe plus = q->y_plus_x;
    q->y_plus_x = fe_select(negative, plus, q->y_minus_x);
    q->y_minus_x = fe_select(negative, q->y_minus_x, plus);
    q->T2d = fe_select(negative, q->T2d, fe_negate(q->T2d));
}

// -A from its encoding (RFC 8032, 5.1.3). Returns the lanes in which there is such a point.
static inline __mmask8 decode_negated(const lanes words[4], point *r)
{
    fe y = fe_from_words(words), one = fe_all(One);
    fe yy = fe_square(y), u = fe_sub(yy, one), v = fe_add(fe_mul(yy, fe_all(D)), one);
    fe v3 = fe_mul(fe_square(v), v), uv7 = fe_mul(fe_mul(fe_square(v3), v), u);
    fe x = fe_mul(fe_mul(fe_power_p58(uv7), v3), u); // u v^3 (u v^7)^((p-5)/8)
    fe vxx = fe_freeze(fe_mul(fe_square(x), v));
    __mmask8 is_root = fe_equal_frozen(vxx, fe_freeze(u)), is_other = fe_equal_frozen(vxx, fe_freeze(fe_negate(u)));
    x = fe_select(is_root, fe_mul(x, fe_all(SqrtMinus1)), x);
    lanes sign = _mm512_srli_epi64(words[3], 63), parity = _mm512_and_si512(fe_freeze(x).v[0], all(1));
    x = fe_select(_mm512_cmpeq_epi64_mask(sign, parity), x, fe_negate(x));
    r->X = x;
    r->Y = y;
    r->Z = one;
    r->T = fe_mul(x, y);
    return is_root | is_other;
}

static inline void encode(const point *p, lanes words[4])
{
    fe inverse = fe_invert(p->Z);
    fe x = fe_freeze(fe_mul(p->X, inverse)), y = fe_freeze(fe_mul(p->Y, inverse));
    fe_to_words(y, words);
    words[3] = _mm512_or_si512(words[3], _mm512_slli_epi64(x.v[0], 63));
}

static inline void load_words(const uint8_t *const encodings[LANES], lanes words[4])
{
    __attribute__((aligned(64))) uint64_t transposed[4][LANES];
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++) memcpy(&transposed[i][lane], encodings[lane] + 8 * i, 8);
    for (int i = 0; i < 4; i++) words[i] = _mm512_load_si512(transposed[i]);
}

// Lane 0 of a frozen number.
static inline void store_first(fe x, uint64_t limbs[5])
{
    x = fe_freeze(x);
    for (int i = 0; i < 5; i++) limbs[i] = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(x.v[i]));
}

#endif
