// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Certificates;

/// <summary>The bitmap of signers: exactly n bits in ⌈n/8⌉ bytes, spare bits zero, so a set has one encoding.</summary>
public static class SignerSet
{
    /// <summary>Bytes of the bitmap.</summary>
    public static int SizeBytes(int validatorCount) => (validatorCount + 7) / 8;

    public static void Write(ref FrameWriter writer, UInt128 signers, int validatorCount)
    {
        for (int i = SizeBytes(validatorCount); i > 0; i--, signers >>= 8) writer.U8((byte)signers);
    }

    /// <summary>Reads a bitmap.</summary>
    /// <returns>False when a spare bit is set.</returns>
    public static bool TryRead(ref FrameReader reader, int validatorCount, out UInt128 signers)
    {
        signers = 0;
        int size = SizeBytes(validatorCount);
        for (int i = 0; i < size; i++) signers |= (UInt128)reader.U8() << (8 * i);
        return !reader.Failed && (validatorCount == ValidatorSet.MaxCount || signers >> validatorCount == 0);
    }

    /// <summary>How many signers the set holds.</summary>
    public static int Count(UInt128 signers) => (int)UInt128.PopCount(signers);

    /// <summary>The lowest member; the set must not be empty.</summary>
    public static int First(UInt128 signers) => (int)UInt128.TrailingZeroCount(signers);
}
