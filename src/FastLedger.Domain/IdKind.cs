// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Domain;

/// <summary>What an id or key from outside stands for. The numbers are on disk, in the index: never reused.</summary>
public enum IdKind : byte
{
    Session = 1,
    Account = 2,
    Instrument = 3,
    ObjectClass = 4,
    Object = 5,
}
