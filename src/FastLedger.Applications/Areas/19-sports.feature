Feature: Sports
  Promise: fans own units of an athlete, share exactly in the income of the day they held them, and turn units into tickets that work once.

  Background:
    Given the parties Bank, Athlete, Fan1, Fan2, Fan3, Latecomer and Gate
    And Bank issues EUR with 2 decimals
    And Athlete issues ATH with 0 decimals, at most 1,000
    And Fan1 has 700 ATH
    And Fan2 has 200 ATH
    And Fan3 has 100 ATH
    And Athlete has 1,234,567.89 EUR
    And Fan1, Fan2, Fan3 and Latecomer hold accounts in EUR
    And Latecomer holds accounts in ATH
    And Fan1 names Fan1's EUR to be paid for Fan1's ATH
    And Fan2 names Fan2's EUR to be paid for Fan2's ATH
    And Fan3 names Fan3's EUR to be paid for Fan3's ATH
    And Latecomer names Latecomer's EUR to be paid for Latecomer's ATH
    And Athlete defines the class "tickets", issued by Athlete:
      """
      states Valid, Used
      flags Transferable
      holding at most 2
      Valid -> Used by OwnerAndIssuer
      """

  Scenario: A tenth of the income among the holders, to the last cent
    When Athlete distributes 123,456.78 EUR to the holders of ATH as "season 1"
    And Fan1 pays 700 ATH to Latecomer's ATH
    And the distribution "season 1" is done
    Then Fan1's EUR holds 86,419.75 EUR
    And Fan2's EUR holds 24,691.35 EUR
    And Fan3's EUR holds 12,345.68 EUR
    And Latecomer's EUR holds 0.00 EUR
    And Athlete's EUR holds 1,111,111.11 EUR

  Scenario: Five units for a seat in the box
    When Fan1 does all or nothing:
      """
      signed by Athlete
      pays 5 ATH to Athlete's ATH
      creates "seat" of the class "tickets", for Fan1, on the document "box 1, seat 1"
      """
    Then Fan1's ATH holds 695 ATH
    And Athlete's ATH holds -995 ATH
    When Athlete does all or nothing:
      """
      signed by Fan1
      moves "seat" to Used
      """
    Then "seat" is Used

  @attack
  Scenario: Unit 1,001, a season twice, a ticket twice, income of others
    Then Athlete pays 1 ATH to Fan1's ATH, which is refused: ExceedsBalance
    When Athlete distributes 123,456.78 EUR to the holders of ATH as "season 1"
    And the distribution "season 1" is done
    Then Athlete distributes 123,456.78 EUR to the holders of ATH as "season 1", which is refused: ExternalIdExists
    And Fan1 distributes 1.00 EUR to the holders of ATH as "season 2" from Athlete's EUR, which is refused: Unauthorized
    Given Athlete creates "seat" of the class "tickets", for Fan1, on the document "box 1, seat 1"
    And Athlete does all or nothing:
      """
      signed by Fan1
      moves "seat" to Used
      """
    Then Athlete does all or nothing, which is refused: BadState:
      """
      signed by Fan1
      moves "seat" to Used
      """

  @attack
  Scenario: A tout who hoards tickets
    Given Athlete creates "seat 1" of the class "tickets", for Fan1, on the document "box 1, seat 1"
    And Athlete creates "seat 2" of the class "tickets", for Fan1, on the document "box 1, seat 2"
    And Athlete creates "seat 3" of the class "tickets", for Fan2, on the document "box 1, seat 3"
    Then Athlete creates "seat 4" of the class "tickets", for Fan1, on the document "box 1, seat 4", which is refused: OwnerLimit
    And Fan2 hands "seat 3" to Fan1, which is refused: OwnerLimit
