// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a read that had to go to disk came back with, besides the page itself.</summary>
internal sealed class PageLanding
{
    public bool Found { get; set; }

    public long Address { get; set; }
}
