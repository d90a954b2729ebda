// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Cli;

/// <summary>What the process answers. Numbers from 64 are those of sysexits.h; all are stable.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;
    /// <summary>A check failed: what was measured or verified is not as it must be.</summary>
    public const int FailedCheck = 1;
    /// <summary>No answer either way: interrupted, or too little to judge.</summary>
    public const int Inconclusive = 2;
    /// <summary>A document is on record, and was revoked.</summary>
    public const int Revoked = 3;
    /// <summary>The arguments are wrong.</summary>
    public const int Usage = 64;
    /// <summary>The data are malformed or damaged.</summary>
    public const int BadData = 65;
    /// <summary>A service that is needed does not answer.</summary>
    public const int Unavailable = 69;
    /// <summary>A bug.</summary>
    public const int Internal = 70;
    /// <summary>The operating system refused or failed.</summary>
    public const int InputOutput = 74;
    /// <summary>The configuration is wrong.</summary>
    public const int Configuration = 78;

    /// <summary>The table shown in help.</summary>
    public const string Table = """
        Exit codes:
          0   done                          69  a service does not answer
          1   a check failed                70  internal error
          2   inconclusive or interrupted   74  input or output failed
          3   revoked                       78  wrong configuration
          64  wrong arguments
          65  malformed or damaged data
        """;
}
