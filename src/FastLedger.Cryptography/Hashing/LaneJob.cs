// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>What the lanes of one call have in common.</summary>
/// <param name="key">8 words; the first chaining value of every input.</param>
/// <param name="blocks">64-byte blocks per input, 1 to 16.</param>
/// <param name="counter">Counter of the first input.</param>
/// <param name="counterStep">1 when each following input has the next counter (chunks), 0 when all share it (parents, records).</param>
/// <param name="flags">On every block.</param>
/// <param name="first">Besides, on the first block.</param>
/// <param name="last">Besides, on the last block.</param>
/// <param name="bytesAhead">How many bytes behind each input the one lies that the same lane takes next; 0 when there is none or it is near.</param>
internal readonly unsafe struct LaneJob(uint* key, uint blocks, ulong counter, uint counterStep, uint flags, uint first, uint last, uint bytesAhead = 0)
{
    public readonly uint* Key = key;
    public readonly ulong Counter = counter;
    public readonly uint Blocks = blocks;
    public readonly uint CounterStep = counterStep;
    public readonly uint Flags = flags;
    public readonly uint First = first;
    public readonly uint Last = last;
    public readonly uint BytesAhead = bytesAhead;

    /// <summary>
    /// How many places further in the lists of addresses the inputs and outputs stand that are asked for meanwhile; 0 when all are near.
    /// The lists must have so much room; what stands there past their ends does no harm.
    /// </summary>
    public uint ListAhead { get; init; }

    /// <summary>
    /// Not 0: inputs lie so many bytes apart and outputs 32, and the lists name only those of the first group. For the widest path, where
    /// listing the others would cost more than a hundredth of the time that Merkle nodes take.
    /// </summary>
    public nuint Stride { get; init; }

    /// <summary>Flags of block number <paramref name="block"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint FlagsOf(uint block) => Flags | (block == 0 ? First : 0) | (block == Blocks - 1 ? Last : 0);

    /// <summary>The same for inputs from number <paramref name="skipped"/> on.</summary>
    public LaneJob From(nuint skipped) => new(Key, Blocks, Counter + (CounterStep * (ulong)skipped), CounterStep, Flags, First, Last, BytesAhead) { ListAhead = ListAhead };
}
