// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>Where a read found its page.</summary>
internal sealed class PageLanding
{
    /// <summary>Where the record stands that was copied; 0 when none was.</summary>
    public long Address { get; set; }
}
