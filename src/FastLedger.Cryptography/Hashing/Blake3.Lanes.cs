// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        byte** inputs = stackalloc byte*[Batch];
        byte** outputs = stackalloc byte*[Batch];
        nuint done = 0;
        if (Blake3Vector512.IsSupported && count >= Blake3Vector512.Lanes)
        {
            ListEvery(input, stride, Blake3Vector512.Lanes, inputs);
            ListEvery(output, 32, Blake3Vector512.Lanes, outputs);
            int groups = (int)(count / Blake3Vector512.Lanes);
            Blake3Vector512.Hash(inputs, outputs, groups, job with { Stride = stride });
            done = (nuint)groups * Blake3Vector512.Lanes;
        }

        for (; done < count; done += Batch)
        {
            int length = (int)Math.Min(Batch, count - done);
            ListEvery(input + (done * stride), stride, length, inputs);
            ListEvery(output + (done * 32), 32, length, outputs);
            HashListed(inputs, outputs, length, job.From(done));
        }
    }

    /// <summary>Hashes inputs, wherever they lie, to 32-byte outputs, wherever they belong.</summary>
    /// <param name="inputs">Addresses, with room for a multiple of 16: those past <paramref name="count"/> are overwritten.</param>
    /// <param name="outputs">Likewise.</param>
    /// <param name="count">How many.</param>
    /// <param name="job">What they have in common.</param>
    [SkipLocalsInit] // the spare room is written before it is read
    public static void HashListed(byte** inputs, byte** outputs, int count, in LaneJob job)
    {
        int lanes = Blake3Vector512.IsSupported ? Blake3Vector512.Lanes
            : Blake3Vector256.IsSupported ? Blake3Vector256.Lanes
            : Blake3Vector128.IsSupported ? Blake3Vector128.Lanes : 1;
        int rest = count % lanes, whole = count - rest;
        if (rest >= FewestInLanes)
        {
            // Idle lanes hash the last input again, to where nobody looks.
            byte* spare = stackalloc byte[32];
            for (; rest < lanes; rest++)
            {
                inputs[whole + rest] = inputs[count - 1];
                outputs[whole + rest] = spare;
            }

            whole += lanes;
            rest = 0;
        }

        if (whole > 0) HashGroups(inputs, outputs, whole / lanes, job);
        if (rest > 0) Blake3Scalar.Hash(inputs + whole, outputs + whole, rest, job.From((nuint)whole));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a call is too short to be optimized while it runs
    private static void ListEvery(byte* first, nuint stride, int count, byte** addresses)
    {
        Vector512<ulong> next = Vector512.Create((ulong)first) + (Vector512<ulong>.Indices * stride);
        Vector512<ulong> step = Vector512.Create((ulong)stride * 8);
        for (int i = 0; i < count; i += 8, next += step) next.Store((ulong*)(addresses + i));
    }

    private static void HashGroups(byte** inputs, byte** outputs, int groups, in LaneJob job)
    {
        if (Blake3Vector512.IsSupported) Blake3Vector512.Hash(inputs, outputs, groups, job);
        else if (Blake3Vector256.IsSupported) Blake3Vector256.Hash(inputs, outputs, groups, job);
        else if (Blake3Vector128.IsSupported) Blake3Vector128.Hash(inputs, outputs, groups, job);
        else Blake3Scalar.Hash(inputs, outputs, groups, job);
    }
}
