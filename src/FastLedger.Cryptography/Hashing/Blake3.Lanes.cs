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
    public const int Batch = 8 * Width;

    /// <summary>Hashes <paramref name="count"/> inputs that lie <paramref name="stride"/> bytes apart to contiguous 32-byte outputs.</summary>
    /// <remarks>The outputs may overwrite inputs that come before them by whole batches of 16, as parents do when a level shrinks in place.</remarks>
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
    /// <param name="output">32 bytes per input; may overlap no input.</param>
    public static void HashGathered(byte** inputs, int count, in LaneJob job, byte* output)
    {
        int done = 0;
        if (Blake3Vector512.IsSupported)
        {
            int groups = count / Blake3Vector512.Lanes;
            if (groups > 0) Blake3Vector512.Hash(inputs, groups, job, output);
            done = groups * Blake3Vector512.Lanes;
            if (count - done > 2)
            {
                HashPadded(inputs + done, count - done, job.From((uint)done), output + (done * 32));
                return;
            }
        }

        if (count > done) HashSingly(inputs + done, count - done, job.From((uint)done), output + (done * 32));
    }

    /// <summary>A call costs the same with idle lanes; they repeat the last input.</summary>
    [SkipLocalsInit] // the spare room is written before it is read
    private static void HashPadded(byte** inputs, int count, in LaneJob job, byte* output)
    {
        byte* spare = stackalloc byte[Blake3Vector512.Lanes * 32];
        for (int i = count; i < Blake3Vector512.Lanes; i++) inputs[i] = inputs[count - 1];
        Blake3Vector512.Hash(inputs, 1, job, spare);
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
