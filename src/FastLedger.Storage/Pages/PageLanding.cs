// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a read came back with, besides the page itself.</summary>
internal sealed class PageLanding
{
    /// <summary>Set when the read had to go to disk.</summary>
    public bool Found { get; set; }

    /// <summary>Where the record stands that was copied; 0 when none was.</summary>
    public long Address { get; set; }
}
