// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

public sealed unsafe partial class TableTree
{
    /// <summary>
    /// Nodes per step: enough groups of lanes for the kernel to overlap them, few enough for the lines of the next step, which are asked for
    /// meanwhile, to stay in the L2 cache until they are used.
    /// </summary>
    private const int Step = 4 * Blake3Lanes.Width;

    /// <summary>Cache lines per node: the largest record's and the one of its hash.</summary>
    private const int MostLines = (Blake3Constants.ChunkSize / Blake3Constants.BlockSize) + 1;

    /// <summary>Hashes the touched records and the nodes above them again; the records stay where they are.</summary>
    /// <param name="records">The table: record i begins at <c>records + i × recordSize</c>.</param>
    /// <param name="touched">Numbers of the records that were written since the last update, each once, in any order.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Update(byte* records, ReadOnlySpan<uint> touched, uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity && touched.Length <= count);
        uint* dirty = (uint*)_dirty.Pointer;
        if (touched.Length > 0)
        {
            dirty = SortedNumbers.Sort(touched, dirty, (uint*)_spare.Pointer);
            Invariant.Check(dirty[touched.Length - 1] < count);
            HashLeaves(records, dirty, touched.Length);
        }

        Climb(dirty, touched.Length, count);
    }

    private void HashLeaves(byte* records, uint* dirty, int length) =>
        HashNodes(new RecordAddresses(records, _recordSize), (int)_recordSize, _leafJob, Level(0), dirty, length);

    /// <summary>Hashes the inputs number <paramref name="dirty"/> to the nodes of the same numbers.</summary>
    [SkipLocalsInit] // the addresses are written before they are read
    private static void HashNodes<T>(T inputs, int inputSize, in LaneJob job, NodeLevel outputs, uint* dirty, int length)
        where T : struct, IInputs
    {
        byte** addresses = stackalloc byte*[Step];
        byte** prefetches = stackalloc byte*[Step * MostLines];
        Hash256* hashes = stackalloc Hash256[Step];
        uint linesPerInput = ((uint)inputSize / Blake3Constants.BlockSize) + 1;
        for (int done = 0; done < length; done += Step, dirty += Step)
        {
            int count = Math.Min(Step, length - done), next = Math.Min(Step, length - done - Step);
            for (int i = 0; i < count; i++) addresses[i] = inputs.Address(dirty[i]);
            LaneJob step = job;
            if (next == Step)
            {
                // Spread over the step: asked for at once, the lines would fill the processor's miss buffers, and hashing would wait.
                ListLines(inputs, inputSize, outputs, dirty + Step, prefetches);
                step = job with { Prefetches = prefetches, PrefetchesPerBlock = (linesPerInput * Blake3Lanes.Width + job.Blocks - 1) / job.Blocks };
            }

            Blake3Lanes.HashGathered(addresses, count, step, (byte*)hashes);
            for (int i = 0; i < count; i++) *outputs.Node(dirty[i]) = hashes[i];
        }
    }

    /// <summary>The cache lines of one step: of each input, and the one that its output goes to.</summary>
    private static void ListLines<T>(T inputs, int inputSize, NodeLevel outputs, uint* dirty, byte** lines)
        where T : struct, IInputs
    {
        for (int i = 0; i < Step; i++)
        {
            byte* input = inputs.Address(dirty[i]);
            for (int offset = 0; offset < inputSize; offset += Blake3Constants.BlockSize) *lines++ = input + offset;
            *lines++ = (byte*)outputs.Node(dirty[i]);
        }
    }

    /// <summary>Level by level: touched nodes to touched parents, each once because the numbers are sorted.</summary>
    private void Climb(uint* dirty, int length, uint count)
    {
        int oldDepth = Depth, depth = DepthOf(count);
        bool hadRecords = !Level(oldDepth).Node(0)->IsZero;
        for (int level = 0; level < depth; level++)
        {
            length = Parents(dirty, length);
            // A table that grew past a power of two has its old root as the first node of a new level.
            if (level >= oldDepth && hadRecords && (length == 0 || dirty[0] != 0))
            {
                Buffer.MemoryCopy(dirty, dirty + 1, (long)length * sizeof(uint), (long)length * sizeof(uint));
                dirty[0] = 0;
                length++;
            }

            HashNodes(new PairAddresses(Level(level)), Blake3Constants.BlockSize, Blake3.ParentJob, Level(level + 1), dirty, length);
        }

        _count = count;
    }

    private static int Parents(uint* dirty, int length)
    {
        int parents = 0;
        for (int i = 0; i < length; i++)
        {
            uint parent = dirty[i] >> 1;
            dirty[parents] = parent; // written always, kept when it is the first of its kind: no branch to mispredict
            parents += i + 1 == length || dirty[i + 1] >> 1 != parent ? 1 : 0;
        }

        return parents;
    }

    /// <summary>What a step hashes: records, or pairs of nodes.</summary>
    private interface IInputs
    {
        byte* Address(uint number);
    }

    private readonly struct RecordAddresses(byte* records, nuint size) : IInputs
    {
        private readonly byte* _records = records;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* Address(uint number) => _records + (number * size);
    }

    private readonly struct PairAddresses(NodeLevel level) : IInputs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* Address(uint number) => level.Pair(number);
    }
}
