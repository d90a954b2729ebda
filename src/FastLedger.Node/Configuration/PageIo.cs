// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Node.Configuration;

/// <summary>How pages of the state go to disk.</summary>
public enum PageIo
{
    /// <summary>Direct.</summary>
    Auto,

    /// <summary>Through the kernel's page cache: pages that left memory are often still there.</summary>
    Buffered,

    /// <summary>Past it, where the file system can do that: the cache is left to the journal and the history.</summary>
    Direct,
}
