// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace FastLedger.Node.Sync;

/// <summary>
/// The replica begins with nothing, and its peers do not have the ledger's first blocks any more. Its directory is marked: when it is started
/// again it fetches the state first.
/// </summary>
public sealed class StateNeededException : Exception
{
    /// <param name="firstHeight">The first block that a peer still has.</param>
    public StateNeededException(ulong firstHeight)
        : base(string.Create(CultureInfo.InvariantCulture, $"The peers' blocks begin with {firstHeight:N0}: the state has to be fetched.")) => FirstHeight = firstHeight;

    /// <summary>The first block that a peer still has.</summary>
    public ulong FirstHeight { get; }
}
