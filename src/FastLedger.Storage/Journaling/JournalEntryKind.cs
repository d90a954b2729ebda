// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What an entry of the journal holds.</summary>
public enum JournalEntryKind : ushort
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>What the ledger starts from: its parameters and first keys. The first entry of every journal of a replica.</summary>
    Genesis = 1,

    /// <summary>A replica's bundle of signed batches as it was received, behind its author's signed header. Its digest covers both.</summary>
    Batch = 2,

    /// <summary>What execution of an ordered block gave.</summary>
    Block = 3,

    /// <summary>A record of the consensus core.</summary>
    Consensus = 4,

    /// <summary>Mark of the journal itself: the segment ends here and the next file goes on. Takes no entry index.</summary>
    SegmentEnd = 0xFF01,

    /// <summary>Mark of the journal itself: a clean shutdown; everything before is durable. Takes no entry index.</summary>
    Sealed = 0xFF02,
}
