// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Numerics;
using FastLedger.Domain.Distributions;

namespace FastLedger.Domain.Tests.Distributions;

public sealed class LargestRemainderTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SPLIT_CASES"), out int cases) ? cases : 1_000_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 4711;

    [Theory]
    [InlineData(600_000, new[] { 912_500, 12_500, 12_500, 12_500, 12_500, 12_500, 12_500, 12_500 }, new[] { 547_500, 7500, 7500, 7500, 7500, 7500, 7500, 7500 })]
    [InlineData(60, new[] { 912_500, 12_500, 12_500, 12_500, 12_500, 12_500, 12_500, 12_500 }, new[] { 55, 1, 1, 1, 1, 1, 0, 0 })]
    [InlineData(1250, new[] { 950_000, 50_000 }, new[] { 1188, 62 })]
    [InlineData(5_100_000, new[] { 600_000, 400_000 }, new[] { 3_060_000, 2_040_000 })]
    [InlineData(2, new[] { 333_333, 333_333, 333_334 }, new[] { 1, 0, 1 })]
    public void Known_splits_come_out_to_the_unit(int amount, int[] weights, int[] expected)
    {
        var shares = new UInt128[weights.Length];
        LargestRemainder.Divide((UInt128)amount, [.. weights.Select(w => (uint)w)], 1_000_000, shares);
        Assert.Equal(expected, shares.Select(s => (int)s));
    }

    [Fact]
    public void Random_splits_equal_big_integer_arithmetic_and_sum_exactly()
    {
        output.WriteLine($"seed {Seed}, {Cases} cases");
        var random = new Random(Seed);
        Span<uint> weights = stackalloc uint[64];
        Span<UInt128> shares = stackalloc UInt128[64];
        for (int round = 0; round < Cases; round++)
        {
            int count = random.Next(8) == 0 ? random.Next(1, 65) : random.Next(1, 5);
            uint total = 0;
            for (int i = 0; i < count; i++) total += weights[i] = random.Next(4) == 0 ? 0 : (uint)random.Next(1, random.Next(3) == 0 ? 4 : 1_000_000);
            if (total == 0) total = weights[0] = 1;
            UInt128 amount = Amount(random, 97);
            LargestRemainder.Divide(amount, weights[..count], total, shares);
            Check(amount, weights[..count], total, shares[..count]);
        }
    }

    [Fact]
    public void Wide_quotients_equal_big_integer_arithmetic()
    {
        var random = new Random(Seed);
        for (int round = 0; round < Cases / 5; round++)
        {
            UInt128 total = UInt128.Max(UInt128.One, Amount(random, 128)), weight = Amount(random, 128) % total, amount = Amount(random, 97);
            UInt128 quotient = WideProduct.Divide(amount, weight, total, out UInt128 remainder);
            BigInteger product = (BigInteger)amount * (BigInteger)weight;
            Assert.Equal(product / (BigInteger)total, (BigInteger)quotient);
            Assert.Equal(product % (BigInteger)total, (BigInteger)remainder);
        }

        UInt128 most = UInt128.One << 127;
        Assert.Equal(UInt128.One << 96, WideProduct.Divide(UInt128.One << 96, most, most, out UInt128 nothing));
        Assert.Equal(UInt128.Zero, nothing);
    }

    /// <summary>Up to <paramref name="bits"/> − 1 bits, short ones as likely as long ones.</summary>
    internal static UInt128 Amount(Random random, int bits)
    {
        var value = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
        return value >> (128 - random.Next(1, bits));
    }

    private static void Check(UInt128 amount, ReadOnlySpan<uint> weights, uint total, ReadOnlySpan<UInt128> shares)
    {
        BigInteger[] quotas = new BigInteger[weights.Length], rests = new BigInteger[weights.Length];
        BigInteger left = (BigInteger)amount;
        for (int i = 0; i < weights.Length; i++)
        {
            quotas[i] = BigInteger.DivRem((BigInteger)amount * weights[i], total, out rests[i]);
            left -= quotas[i];
        }

        foreach (int i in Enumerable.Range(0, weights.Length).OrderByDescending(i => rests[i]).ThenBy(i => i).Take((int)left)) quotas[i]++;
        BigInteger sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (quotas[i] != (BigInteger)shares[i]) Assert.Fail($"share {i} of {amount} is {shares[i]}, not {quotas[i]}");
            sum += (BigInteger)shares[i];
        }

        if (sum != (BigInteger)amount) Assert.Fail($"{sum} is not {amount}");
    }
}
