// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a read that had to go to disk came back with.</summary>
internal sealed class IndexLanding
{
    public bool Found { get; set; }

    public ulong Value { get; set; }
}
