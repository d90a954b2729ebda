// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Proofs;

/// <summary>What a <see cref="FactProof"/> is about. Numbers are part of the format.</summary>
public enum FactKind : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A record of the state after a block.</summary>
    Record = 1,
    /// <summary>A command and the result that a block gave.</summary>
    Command = 2,
}
