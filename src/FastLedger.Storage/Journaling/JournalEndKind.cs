// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>How a journal ends.</summary>
public enum JournalEndKind
{
    /// <summary>After a whole entry, with nothing behind it: the process was stopped between two groups.</summary>
    Clean,

    /// <summary>With the mark of a clean shutdown.</summary>
    Sealed,

    /// <summary>With the remains of a group that was never durable.</summary>
    Torn,
}
