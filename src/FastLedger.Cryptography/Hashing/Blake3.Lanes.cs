// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>The dispatcher: many equally long inputs go to the widest registers the processor has.</summary>
internal static unsafe class Blake3Lanes
{
    /// <summary>Inputs that one call of the widest path takes; callers gather this many.</summary>
    public const int Width = 16;

    /// <summary>Hashes <paramref name="count"/> inputs that lie <paramref name="stride"/> bytes apart to contiguous 32-byte outputs.</summary>
    [SkipLocalsInit] // the addresses are written before they are read
    public static void HashStrided(byte* input, nuint stride, nuint count, in LaneJob job, byte* output)
    {
        byte** addresses = stackalloc byte*[Width];
        for (nuint done = 0; done < count; done += Width)
        {
            int lanes = (int)Math.Min(Width, count - done);
            for (int i = 0; i < lanes; i++, input += stride) addresses[i] = input;
            HashGathered(addresses, lanes, job.From((uint)done), output);
            output += Width * 32;
        }
    }

    /// <summary>Hashes 1 to 16 inputs, wherever they lie, to contiguous 32-byte outputs.</summary>
    /// <param name="inputs">Room for 16 addresses: those past <paramref name="count"/> are overwritten.</param>
    /// <param name="count">1 to 16.</param>
    /// <param name="job">What they have in common.</param>
    /// <param name="output">32 bytes per input; may overlap no input.</param>
    public static void HashGathered(byte** inputs, int count, in LaneJob job, byte* output)
    {
        if (Blake3Vector512.IsSupported && count > 2) HashPadded(inputs, count, job, output);
        else HashSingly(inputs, count, job, output);
    }

    [SkipLocalsInit] // the spare room is written before it is read
    private static void HashPadded(byte** inputs, int count, in LaneJob job, byte* output)
    {
        if (count == Blake3Vector512.Lanes)
        {
            Blake3Vector512.Hash(inputs, job, output);
            return;
        }

        // A call costs the same with idle lanes; they repeat the last input.
        byte* spare = stackalloc byte[Blake3Vector512.Lanes * 32];
        for (int i = count; i < Blake3Vector512.Lanes; i++) inputs[i] = inputs[count - 1];
        Blake3Vector512.Hash(inputs, job, spare);
        Unsafe.CopyBlockUnaligned(output, spare, (uint)count * 32);
    }

    [SkipLocalsInit] // the state is written before it is read
    private static void HashSingly(byte** inputs, int count, in LaneJob job, byte* output)
    {
        uint* state = stackalloc uint[16];
        for (int i = 0; i < count; i++)
        {
            Unsafe.CopyBlockUnaligned(state, job.Key, 32);
            ulong counter = job.Counter + (job.CounterStep * (uint)i);
            for (uint block = 0; block < job.Blocks; block++)
                Blake3Scalar.Compress(state, inputs[i] + (block * Blake3Constants.BlockSize), Blake3Constants.BlockSize, counter, job.FlagsOf(block), state);
            Unsafe.CopyBlockUnaligned(output + (i * 32), state, 32);
        }
    }
}
