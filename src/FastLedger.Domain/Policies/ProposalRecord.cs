// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Policies;

/// <summary>How far a proposal is.</summary>
public enum ProposalPhase : ushort
{
    None = 0,
    Open = 1,
    Enacted = 2,
    Withdrawn = 3,
}

/// <summary>The digest of commands to come, and who approves them.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ProposalRecord
{
    /// <summary>Most approvals.</summary>
    public const int MaxApprovals = 16;

    [FieldOffset(0)] public Hash256 Digest;
    [FieldOffset(32)] public long ExpiresAtNs;
    [FieldOffset(40)] public uint Proposer;
    [FieldOffset(44)] public ProposalPhase Phase;
    [FieldOffset(46)] public ushort ApprovalCount;
    [FieldOffset(48)] public ProposalApprovals Approvals;
    [FieldOffset(112)] public ulong LastEvent;
    [FieldOffset(120)] public ulong Reserved0;
}

/// <summary>Policies that approve a proposal; those beyond the count are zero.</summary>
[InlineArray(ProposalRecord.MaxApprovals)]
public struct ProposalApprovals
{
    private uint _first;
}
