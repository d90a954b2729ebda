// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What an entry of the journal holds.</summary>
public enum JournalEntryKind : ushort
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>What the ledger starts from: its parameters and first keys. The first entry of every journal of a replica.</summary>
    Genesis = 1,

    /// <summary>A signed batch of commands as it was received. Its digest is the batch digest.</summary>
    Batch = 2,

    /// <summary>A block: header and references to batches.</summary>
    Block = 3,

    /// <summary>Mark of the journal itself: the segment ends here and the next file goes on. Takes no entry index.</summary>
    SegmentEnd = 0xFF01,

    /// <summary>Mark of the journal itself: a clean shutdown; everything before is durable. Takes no entry index.</summary>
    Sealed = 0xFF02,
}
