// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;

namespace FastLedger.Simulation;

/// <summary>What the adversary saw of one view: it reads every message of the network.</summary>
internal sealed class AdversaryKnowledge
{
    public ulong View { get; set; }

    public List<KnownBlock> Blocks { get; } = [];

    /// <summary>Nodes whose timeout was seen.</summary>
    public UInt128 Timeouts { get; set; }

    public ulong[] Claims { get; } = new ulong[32];

    public byte[] TimeoutSignatures { get; } = new byte[32 * ISignatureScheme.SignatureSize];

    /// <summary>A timeout certificate of the view, if one was seen or made.</summary>
    public byte[] TimeoutCertificate { get; set; } = [];

    public void Clear(ulong view)
    {
        View = view;
        Blocks.Clear();
        Timeouts = 0;
        TimeoutCertificate = [];
    }
}
