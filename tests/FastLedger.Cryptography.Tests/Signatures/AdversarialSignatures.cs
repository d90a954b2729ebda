// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;

namespace FastLedger.Cryptography.Tests;

/// <summary>
/// Signatures at the edges of the acceptance rule: torsion components that cancel or do not, small order, encodings that are not
/// canonical, scalars past the order, single bits, noise.
/// </summary>
internal sealed unsafe class AdversarialSignatures(int seed)
{
    public const int Kinds = 16;

    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    /// <summary>Every encoding of a point of small order, canonical or not, sign bit clear.</summary>
    private static readonly byte[][] SmallOrder =
    [
        Encode(0), Encode(1), Encode(Prime - 1), Encode(Prime), Encode(Prime + 1),
        Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ];

    private readonly Random _random = new(seed);

    public byte[] PublicKey { get; } = new byte[32];

    public byte[] Message { get; } = new byte[200];

    public int MessageLength { get; private set; }

    public byte[] Signature { get; } = new byte[64];

    /// <summary>Makes the next signature of a kind, 0 to <see cref="Kinds"/> − 1.</summary>
    public void Make(int kind)
    {
        MessageLength = _random.Next(Message.Length + 1);
        _random.NextBytes(Message);
        Span<byte> noise = stackalloc byte[64];
        _random.NextBytes(noise);
        switch (kind)
        {
            case 0: // R and A with any torsion: accepted only when the torsion happens to cancel, one time in eight
                Sign(AnyTorsion(), AnyTorsion());
                break;
            case 1: // the same, repeated until it cancels in the prime-order equation: h times the torsion of A plus that of R is zero
                SignUntilTorsionCancels();
                break;
            case 2: // a torsion component in A only
                Sign(AnyTorsion(), null);
                break;
            case 3: // a torsion component in R only
                Sign(null, AnyTorsion());
                break;
            case 4:
                Sign(null, null);
                FlipBit(Signature);
                break;
            case 5:
                Sign(null, null);
                FlipBit(PublicKey);
                break;
            case 6:
                Sign(null, null);
                if (MessageLength > 0) FlipBit(Message.AsSpan(0, MessageLength));
                break;
            case 7: // S + k L, as long as it fits
                Sign(null, null);
                BigInteger s = new BigInteger(Signature.AsSpan(32), isUnsigned: true) + (Order * _random.Next(1, 15));
                if (s < BigInteger.Pow(2, 256)) Encode(s).CopyTo(Signature, 32);
                break;
            case 8: // S around the order
                Sign(null, null);
                Encode(Order + _random.Next(-3, 4)).CopyTo(Signature, 32);
                break;
            case 9: // small order in R, sign bit either way
                Sign(null, null);
                CopyWithSign(SmallOrder[_random.Next(SmallOrder.Length)], Signature);
                break;
            case 10: // small order in A
                Sign(null, null);
                CopyWithSign(SmallOrder[_random.Next(SmallOrder.Length)], PublicKey);
                break;
            case 11: // small order in both, S zero or not: holds without the check
                CopyWithSign(SmallOrder[_random.Next(SmallOrder.Length)], PublicKey);
                CopyWithSign(SmallOrder[_random.Next(SmallOrder.Length)], Signature);
                Signature.AsSpan(32).Clear();
                Signature[32] = (byte)_random.Next(2);
                break;
            case 12: // A not canonical
                Sign(null, null);
                CopyWithSign(Encode(Prime + _random.Next(19)), PublicKey);
                break;
            case 13: // R not canonical
                Sign(null, null);
                CopyWithSign(Encode(Prime + _random.Next(19)), Signature);
                break;
            case 14: // noise
                noise.CopyTo(Signature);
                _random.NextBytes(PublicKey);
                Signature[63] &= (byte)(_random.Next(2) == 0 ? 0x0f : 0xff);
                break;
            default: // good
                Sign(null, null);
                break;
        }
    }

    /// <summary>A = aB + T, R = rB + U, S = r + ha: the prime-order part always holds.</summary>
    private void Sign(byte[]? torsionOfKey, byte[]? torsionOfR)
    {
        byte* secret = stackalloc byte[32], nonce = stackalloc byte[32], h = stackalloc byte[32], product = stackalloc byte[32];
        RandomScalar(secret);
        RandomScalar(nonce);
        fixed (byte* publicKey = PublicKey, signature = Signature)
        {
            Point(publicKey, secret, torsionOfKey);
            Point(signature, nonce, torsionOfR);
            byte[] hashed = [.. Signature.AsSpan(0, 32), .. PublicKey, .. Message.AsSpan(0, MessageLength)];
            byte* digest = stackalloc byte[64];
            fixed (byte* input = hashed) _ = SodiumGroup.Sha512(digest, input, (ulong)hashed.Length);
            SodiumGroup.ReduceScalar(h, digest);
            SodiumGroup.MultiplyScalars(product, h, secret);
            SodiumGroup.AddScalars(signature + 32, nonce, product);
        }
    }

    private void SignUntilTorsionCancels()
    {
        byte[] torsion = AnyTorsion();
        do Sign(torsion, AnyTorsion());
        while (!Ed25519.Verify(PublicKey, Message.AsSpan(0, MessageLength), Signature));
    }

    /// <summary>One of the eight points of small order, in canonical encoding.</summary>
    private byte[] AnyTorsion()
    {
        byte[][] points = [SmallOrder[0], SmallOrder[1], SmallOrder[2], SmallOrder[5], SmallOrder[6]];
        byte[] torsion = (byte[])points[_random.Next(points.Length)].Clone();
        if (torsion[1] != 0 && torsion[1] != 0xff && _random.Next(2) == 0) torsion[31] |= 0x80; // order 8: both signs of x
        if (torsion[0] == 0 && _random.Next(2) == 0) torsion[31] |= 0x80; // order 4: both too
        return torsion;
    }

    private void RandomScalar(byte* scalar)
    {
        byte* wide = stackalloc byte[64];
        _random.NextBytes(new Span<byte>(wide, 64));
        SodiumGroup.ReduceScalar(scalar, wide);
    }

    private static void Point(byte* point, byte* scalar, byte[]? torsion)
    {
        Assert.Equal(0, SodiumGroup.MultiplyBase(point, scalar));
        if (torsion == null) return;
        fixed (byte* t = torsion) Assert.Equal(0, SodiumGroup.Add(point, point, t));
    }

    private void FlipBit(Span<byte> bytes)
    {
        int bit = _random.Next(bytes.Length * 8);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
    }

    private void CopyWithSign(byte[] encoding, byte[] target)
    {
        encoding.CopyTo(target, 0);
        target[31] = (byte)((encoding[31] & 0x7f) | (_random.Next(2) * 0x80));
    }

    private static byte[] Encode(BigInteger value)
    {
        byte[] bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }
}
