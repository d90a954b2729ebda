// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>The dispatcher: many equally long inputs go to the widest registers the processor has.</summary>
internal static unsafe class Blake3Lanes
{
    /// <summary>Inputs that one step of the widest path takes.</summary>
    public const int Width = 16;

    /// <summary>Inputs per call that callers gather at most: enough for the cost of a call to vanish, few enough for the stack.</summary>
    public const int Batch = 32 * Width;

    /// <summary>Fewer inputs than this are hashed one after the other: idle lanes cost as much as busy ones.</summary>
    private const int FewestInLanes = 3;

    /// <summary>Hashes <paramref name="count"/> inputs that lie <paramref name="stride"/> bytes apart to contiguous 32-byte outputs.</summary>
    /// <remarks>
    /// Every path reads an input before it writes the output of the same or a later number, so that a level of nodes may be replaced by
    /// its parents in place: output i lies in input i / 2.
    /// </remarks>
    [SkipLocalsInit] // the addresses are written before they are read
    public static void HashStrided(byte* input, nuint stride, nuint count, in LaneJob job, byte* output)
    {
        byte** addresses = stackalloc byte*[Batch];
        for (nuint done = 0; done < count; done += Batch)
        {
            int inputs = (int)Math.Min(Batch, count - done);
            for (int i = 0; i < inputs; i++, input += stride) addresses[i] = input;
            HashGathered(addresses, inputs, job.From((uint)done), output);
            output += Batch * 32;
        }
    }

    /// <summary>Hashes inputs, wherever they lie, to contiguous 32-byte outputs.</summary>
    /// <param name="inputs">Addresses, with room for a multiple of 16: those past <paramref name="count"/> are overwritten.</param>
    /// <param name="count">How many.</param>
    /// <param name="job">What they have in common.</param>
    /// <param name="output">32 bytes per input.</param>
    [SkipLocalsInit] // the spare room is written before it is read
    public static void HashGathered(byte** inputs, int count, in LaneJob job, byte* output)
    {
        int lanes = Blake3Vector512.IsSupported ? Blake3Vector512.Lanes
            : Blake3Vector256.IsSupported ? Blake3Vector256.Lanes
            : Blake3Vector128.IsSupported ? Blake3Vector128.Lanes : 1;
        int groups = count / lanes, done = groups * lanes, rest = count - done;
        if (groups > 0) HashGroups(inputs, groups, job, output);
        if (rest == 0) return;
        LaneJob last = job.From((uint)done);
        inputs += done;
        output += (nint)done * 32;
        if (rest < FewestInLanes)
        {
            Blake3Scalar.Hash(inputs, rest, last, output);
            return;
        }

        byte* spare = stackalloc byte[Width * 32];
        for (int i = rest; i < lanes; i++) inputs[i] = inputs[rest - 1];
        HashGroups(inputs, 1, last, spare);
        Unsafe.CopyBlockUnaligned(output, spare, (uint)rest * 32);
    }

    private static void HashGroups(byte** inputs, int groups, in LaneJob job, byte* output)
    {
        if (Blake3Vector512.IsSupported) Blake3Vector512.Hash(inputs, groups, job, output);
        else if (Blake3Vector256.IsSupported) Blake3Vector256.Hash(inputs, groups, job, output);
        else if (Blake3Vector128.IsSupported) Blake3Vector128.Hash(inputs, groups, job, output);
        else Blake3Scalar.Hash(inputs, groups, job, output);
    }
}
