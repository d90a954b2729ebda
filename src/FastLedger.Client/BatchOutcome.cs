// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>What became of a batch.</summary>
public readonly struct BatchOutcome
{
    private readonly CommandBatch _batch;
    private readonly BatchResultHead _head;

    internal BatchOutcome(CommandBatch batch, in BatchResultHead head)
    {
        _batch = batch;
        _head = head;
    }

    /// <summary>Ledger sequence of the first command.</summary>
    public ulong FirstSequence => _head.FirstSequence;

    /// <summary>Client command number of the first command; the others follow one by one.</summary>
    public ulong FirstNumber => _head.FirstNumber;

    /// <summary>Commands in the batch.</summary>
    public int Count => (int)_head.Count;

    /// <summary>Commands that had no effect.</summary>
    public int Failed => (int)(_head.Count - _head.OkCount);

    /// <summary>Block that executed the batch.</summary>
    public ulong Height => _head.Height;

    /// <summary>Time of that block, nanoseconds since the Unix epoch.</summary>
    public long TimestampNs => _head.TimestampNs;

    /// <summary>Results by ascending index: the failures, or all, as was asked. Valid until the batch is disposed, cleared or submitted
    /// again.</summary>
    public ReadOnlySpan<CommandResult> Results => _batch.Results;
}
