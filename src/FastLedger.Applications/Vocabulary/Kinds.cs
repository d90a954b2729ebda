// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Applications.Vocabulary;

/// <summary>The kinds of things that sentences name in quotes.</summary>
internal static class Kinds
{
    public const string Class = "class";
    public const string Distribution = "distribution";
    public const string Instrument = "market";
    public const string Object = "object";
    public const string Order = "order";
    public const string Outcome = "outcome";
    public const string Pending = "pending transfer";
    public const string Policy = "policy";
    public const string Proposal = "proposal";
    public const string Round = "round";
    public const string Split = "split";
}
