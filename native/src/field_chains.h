// SPDX-License-Identifier: Apache-2.0
//
// What reads the same for eight numbers as for one: powers by addition chains, and the form under p. Included once by field.h and once by
// field_scalar.h, which have a product and a square by then and say below which names these have:
//   FIELD_TYPE, FIELD(name)        a number, and a function on it
//   FIELD_LIMB, LIMB(x)            a limb, and the limb of a constant
//   LIMB_ADD, LIMB_LOW, LIMB_HIGH  a sum; the low 51 bits; the others
//   LIMB_ADD_19(sum, x)            sum + 19 x

static inline FIELD_TYPE FIELD(square_times)(FIELD_TYPE x, int times)
{
    for (int i = 0; i < times; i++) x = FIELD(square)(x);
    return x;
}

// x^(2^250 - 1), which the powers of this field begin with, and x^11 on the way.
static inline FIELD_TYPE FIELD(power_250)(FIELD_TYPE x, FIELD_TYPE *x11)
{
    FIELD_TYPE x2 = FIELD(square)(x);
    FIELD_TYPE x9 = FIELD(mul)(FIELD(square_times)(x2, 2), x);
    *x11 = FIELD(mul)(x9, x2);
    FIELD_TYPE e5 = FIELD(mul)(FIELD(square)(*x11), x9); // 2^5 - 1
    FIELD_TYPE e10 = FIELD(mul)(FIELD(square_times)(e5, 5), e5);
    FIELD_TYPE e20 = FIELD(mul)(FIELD(square_times)(e10, 10), e10);
    FIELD_TYPE e40 = FIELD(mul)(FIELD(square_times)(e20, 20), e20);
    FIELD_TYPE e50 = FIELD(mul)(FIELD(square_times)(e40, 10), e10);
    FIELD_TYPE e100 = FIELD(mul)(FIELD(square_times)(e50, 50), e50);
    FIELD_TYPE e200 = FIELD(mul)(FIELD(square_times)(e100, 100), e100);
    return FIELD(mul)(FIELD(square_times)(e200, 50), e50);
}

// x^(p - 2) = x^(2^255 - 21): 1 / x, and 0 for 0.
static inline FIELD_TYPE FIELD(invert)(FIELD_TYPE x)
{
    FIELD_TYPE x11;
    FIELD_TYPE e250 = FIELD(power_250)(x, &x11);
    return FIELD(mul)(FIELD(square_times)(e250, 5), x11);
}

// Carries from limb to limb, but not out of the last one.
static inline FIELD_TYPE FIELD(carry_up)(FIELD_TYPE x)
{
    for (int i = 0; i < 4; i++) {
        x.v[i + 1] = LIMB_ADD(x.v[i + 1], LIMB_HIGH(x.v[i]));
        x.v[i] = LIMB_LOW(x.v[i]);
    }
    return x;
}

// The one representation under p, with limbs under 2^51.
static inline FIELD_TYPE FIELD(freeze)(FIELD_TYPE x)
{
    for (int pass = 0; pass < 2; pass++) {
        x = FIELD(carry_up)(x);
        x.v[0] = LIMB_ADD_19(x.v[0], LIMB_HIGH(x.v[4]));
        x.v[4] = LIMB_LOW(x.v[4]);
    }
    // Adding 19 carries out of the top exactly when x is at least p.
    FIELD_LIMB q = LIMB(19);
    for (int i = 0; i < 5; i++) q = LIMB_HIGH(LIMB_ADD(x.v[i], q));
    x.v[0] = LIMB_ADD_19(x.v[0], q);
    x = FIELD(carry_up)(x);
    x.v[4] = LIMB_LOW(x.v[4]);
    return x;
}

#undef FIELD_TYPE
#undef FIELD
#undef FIELD_LIMB
#undef LIMB
#undef LIMB_ADD
#undef LIMB_LOW
#undef LIMB_HIGH
#undef LIMB_ADD_19
