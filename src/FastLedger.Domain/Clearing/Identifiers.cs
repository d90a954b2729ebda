// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Domain.Clearing;

/// <summary>Checks of the identifiers of institutions.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class Identifiers
{
    private const int LeiLength = 20;

    /// <summary>ISO 9362: four letters or digits, two letters, two letters or digits, and three more or none.</summary>
    public static bool IsBic(UInt128 bic)
    {
        int length = 0;
        for (; length < 16 && Character(bic, length) != 0; length++)
        {
            byte c = Character(bic, length);
            bool letter = IsLetter(c);
            if (length is 4 or 5 ? !letter : !letter && !IsDigit(c)) return false;
        }

        return length is 8 or 11 && bic >> (8 * length) == UInt128.Zero;
    }

    /// <summary>ISO 17442: 18 letters or digits and two check digits, ISO 7064 mod 97-10.</summary>
    public static bool IsLei(in Hash256 lei)
    {
        ReadOnlySpan<byte> text = lei.Bytes;
        if (text[LeiLength..].IndexOfAnyExcept((byte)0) >= 0) return false;
        uint remainder = 0;
        for (int i = 0; i < LeiLength; i++)
        {
            byte c = text[i];
            if (IsDigit(c)) remainder = ((remainder * 10) + (uint)(c - '0')) % 97;
            else if (IsLetter(c) && i < LeiLength - 2) remainder = ((remainder * 100) + (uint)(c - 'A') + 10) % 97;
            else return false;
        }

        return remainder == 1;
    }

    private static byte Character(UInt128 text, int at) => (byte)((text >> (8 * at)) & 0xFF);

    private static bool IsLetter(byte c) => c is >= (byte)'A' and <= (byte)'Z';

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
}
