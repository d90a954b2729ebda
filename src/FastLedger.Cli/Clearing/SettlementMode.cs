// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Cli.Clearing;

/// <summary>How a simulated day settles.</summary>
internal enum SettlementMode
{
    /// <summary>Gross, first in first out.</summary>
    Rtgs,
    /// <summary>Gross, and payments may bypass older ones of their sender.</summary>
    Bypass,
    /// <summary>Gross, and queues are resolved after every batch.</summary>
    Lsm,
    /// <summary>One netting cycle for the whole day.</summary>
    Dns,
}
