// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// Checks signatures, and prepares the keys that come again and again, so that their signatures cost a fifth: validators above all. Which keys
/// are prepared changes the time that an answer takes, never the answer, which is that of <see cref="Ed25519.Verify"/>.
/// </summary>
/// <remarks>
/// A key has two places to choose from, by its first bytes. A place is prepared for a key after a few signatures under it, and goes to another
/// key that is seen there more often. Where the native library cannot be used, nothing is prepared. A prepared key takes 74 KB, allocated when its
/// place is first needed and kept. Thread: one. Alloc: none once the keys are prepared. Blocks: no.
/// </remarks>
public sealed unsafe class RecurringKeys
{
    /// <summary>Signatures under a key before it is prepared, which takes as long as some ten checks.</summary>
    private const int UsesToPrepare = 16;

    private const int MostHeat = 1024;

    /// <summary>So many signatures cost eight lanes as much as one after the other under prepared keys.</summary>
    private const int Few = 8;

    private const int Alignment = 64;

    private readonly Place[] _places;
    private readonly int _mask;

    /// <param name="capacity">Places for keys. 2 … 65,536; rounded up to a power of two.</param>
    public RecurringKeys(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 16);
        _places = new Place[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _places.Length - 1;
    }

    /// <summary>Keys that are prepared now.</summary>
    public int PreparedCount
    {
        get
        {
            int count = 0;
            foreach (ref readonly Place place in _places.AsSpan()) count += place.IsPrepared ? 1 : 0;
            return count;
        }
    }

    /// <summary>Is this a signature of the message under the key? False for a signature of another length than 64 bytes.</summary>
    public bool Verify(in Hash256 publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (!NativeEd25519.IsAvailable || signature.Length != Ed25519.SignatureSize) return Ed25519.Verify(publicKey.Bytes, message, signature);
        byte* prepared = Use(publicKey);
        if (prepared == null) return Ed25519.Verify(publicKey.Bytes, message, signature);
        fixed (byte* messageBytes = message)
        fixed (byte* signatureBytes = signature)
            return NativeEd25519.VerifyPrepared(prepared, messageBytes, (nuint)message.Length, signatureBytes);
    }

    /// <summary>Checks several signatures, each by itself: few one after the other if their keys are prepared, else all of them as <see cref="Ed25519.VerifyBatch"/>.</summary>
    /// <param name="messages">What to check.</param>
    /// <param name="valid">As many; receives the answers.</param>
    /// <returns>How many are valid.</returns>
    public int VerifyBatch(ReadOnlySpan<SignedMessage> messages, Span<bool> valid)
    {
        Invariant.Check(valid.Length == messages.Length);
        if (!NativeEd25519.IsAvailable || messages.Length >= Few) return Ed25519.VerifyBatch(messages, valid);
        Span<nint> prepared = stackalloc nint[Few];
        bool all = true;
        for (int i = 0; i < messages.Length; i++)
        {
            prepared[i] = (nint)Use(new Hash256(new ReadOnlySpan<byte>(messages[i].PublicKey, Ed25519.PublicKeySize)));
            all &= prepared[i] != 0;
        }

        if (!all) return Ed25519.VerifyBatch(messages, valid);
        int count = 0;
        for (int i = 0; i < messages.Length; i++)
        {
            valid[i] = NativeEd25519.VerifyPrepared((byte*)prepared[i], messages[i].Message, messages[i].MessageLength, messages[i].Signature);
            count += valid[i] ? 1 : 0;
        }

        return count;
    }

    /// <summary>Counts a use of the key.</summary>
    /// <returns>The prepared key, or null.</returns>
    private byte* Use(in Hash256 publicKey)
    {
        ref Place place = ref PlaceOf(publicKey);
        if (place.Key == publicKey)
        {
            if (place.Heat < MostHeat) place.Heat++;
            if (place.IsPrepared || (place.Heat >= UsesToPrepare && Prepare(ref place))) return PreparedIn(place);
        }
        else if (place.Heat > 0)
        {
            place.Heat--;
        }
        else
        {
            place.Key = publicKey;
            place.Heat = 1;
            place.IsPrepared = false;
        }

        return null;
    }

    /// <summary>The one of two places that has the key, else the one that is seen less often.</summary>
    private ref Place PlaceOf(in Hash256 publicKey)
    {
        int first = (int)MemoryMarshal.Read<uint>(publicKey.Bytes) & _mask;
        ref Place one = ref _places[first], other = ref _places[first ^ 1];
        if (one.Key == publicKey) return ref one;
        return ref other.Key == publicKey || other.Heat < one.Heat ? ref other : ref one;
    }

    /// <summary>Fills the place's table. A key that is no point, or of small order, is prepared too: under it nothing is valid.</summary>
    private static bool Prepare(ref Place place)
    {
        place.Table ??= GC.AllocateUninitializedArray<byte>((int)NativeEd25519.PreparedSize + Alignment, pinned: true);
        fixed (byte* key = place.Key.Bytes) _ = NativeEd25519.Prepare(key, PreparedIn(place));
        return place.IsPrepared = true;
    }

    /// <summary>The aligned part of the place's table, which is pinned.</summary>
    private static byte* PreparedIn(in Place place)
    {
        byte* table = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(place.Table!));
        return (byte*)(((nuint)table + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    private struct Place
    {
        public Hash256 Key;
        public byte[]? Table;
        public int Heat;
        public bool IsPrepared;
    }
}
