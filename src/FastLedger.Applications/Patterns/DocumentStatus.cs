// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Applications.Patterns;

/// <summary>What a document and its proof come to.</summary>
public enum DocumentStatus
{
    /// <summary>The document is on record, unchanged and in force.</summary>
    Valid = 0,
    /// <summary>The document is on record, and was revoked.</summary>
    Revoked = 1,
    /// <summary>The proof is about another ledger, another class, or a state that nobody vouches for: it says nothing about the document.</summary>
    Unknown = 2,
    /// <summary>Document or proof are not what was registered.</summary>
    Forged = 3,
}
