// SPDX-License-Identifier: Apache-2.0
using System;
using CsCheck;
using FastLedger.State.Residency;

namespace FastLedger.State.Tests;

public sealed unsafe class ZeroSuppressionTests
{
    private const int Most = 16;

    [Fact]
    public void What_was_suppressed_comes_back_and_every_path_gives_the_same_bytes() =>
        Gen.Select(Gen.Int[1, Most], Gen.Int[0, 8], Gen.Int[0, int.MaxValue]).Sample((lines, zeros, seed) =>
        {
            var random = new Random(seed);
            byte[] page = new byte[lines * ZeroSuppression.LineBytes];
            random.NextBytes(page);
            foreach (ref byte value in page.AsSpan())
                if (random.Next(8) < zeros) value = 0;
            byte[] one = new byte[ZeroSuppression.MostBytes(Most) + ZeroSuppression.Slack], other = new byte[one.Length], back = new byte[page.Length];
            fixed (byte* from = page, suppressed = one, scalar = other, to = back)
            {
                int length = ZeroSuppression.Suppress(from, lines, suppressed);
                Assert.Equal(length, ZeroSuppression.SuppressScalar(from, lines, scalar));
                Assert.InRange(length, lines * sizeof(ulong), ZeroSuppression.MostBytes(lines));
                Assert.Equal(other.AsSpan(0, length), one.AsSpan(0, length));
                ZeroSuppression.Restore(suppressed, lines, to);
                Assert.Equal(page, back);
                Array.Clear(back);
                ZeroSuppression.RestoreScalar(scalar, lines, to);
                Assert.Equal(page, back);
            }
        }, iter: 1000);

    [Fact]
    public void A_page_of_zeros_becomes_its_masks_and_a_page_without_any_a_little_more_than_itself()
    {
        byte[] page = new byte[Most * ZeroSuppression.LineBytes], to = new byte[ZeroSuppression.MostBytes(Most) + ZeroSuppression.Slack];
        fixed (byte* from = page, suppressed = to)
        {
            Assert.Equal(Most * 8, ZeroSuppression.Suppress(from, Most, suppressed));
            page.AsSpan().Fill(1);
            Assert.Equal(Most * 72, ZeroSuppression.Suppress(from, Most, suppressed));
            Assert.Equal(Most * 72, ZeroSuppression.MostBytes(Most));
        }
    }
}
