// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a thread waits for. A struct, so that waiting allocates nothing.</summary>
internal interface IWaitCondition
{
    /// <summary>True when there is nothing to wait for any more.</summary>
    bool Holds();
}
