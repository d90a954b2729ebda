// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Proofs;

/// <summary>What a <see cref="FactProof"/> shows.</summary>
public readonly ref struct ProvenFact
{
    /// <summary>Which of the fields below mean something.</summary>
    public FactKind Kind { get; init; }

    /// <summary>The block, as a quorum of validators signed it.</summary>
    public StateCertificateHead Certificate { get; init; }

    /// <summary>Validators of the certificate's epoch.</summary>
    public int Validators { get; init; }

    /// <summary>Record: number of its table.</summary>
    public uint Table { get; init; }

    /// <summary>Record: its number.</summary>
    public ulong Number { get; init; }

    /// <summary>Record: its bytes, part of the proof.</summary>
    public ReadOnlySpan<byte> Record { get; init; }

    /// <summary>Command: what was told about its batch.</summary>
    public BatchReceipt Receipt { get; init; }

    /// <summary>Command: the command.</summary>
    public Command Command { get; init; }

    /// <summary>Command: its result. A command sent again gets its first one, so the block may be younger than the execution.</summary>
    public CommandResult Result { get; init; }
}
