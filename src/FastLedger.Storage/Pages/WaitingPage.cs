// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>A page that is being read.</summary>
internal unsafe struct WaitingPage
{
    /// <summary>Which page.</summary>
    public PageKey Key;

    /// <summary>Where its image stands in the log.</summary>
    public long Address;

    /// <summary>The directory's tag of that image.</summary>
    public ulong ImageTag;

    /// <summary>Gets the page's bytes.</summary>
    public byte* Destination;

    /// <summary>What the caller gave with the request.</summary>
    public ulong Tag;
}
