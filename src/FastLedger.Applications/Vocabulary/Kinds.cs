// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Applications.Vocabulary;

/// <summary>The kinds of things that sentences name in quotes.</summary>
internal static class Kinds
{
    public const string Pending = "pending transfer";
    public const string Order = "order";
    public const string Instrument = "market";
}
