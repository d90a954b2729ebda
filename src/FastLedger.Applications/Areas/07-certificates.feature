Feature: Academic certificates
  Promise: an employer checks a certificate with nothing but the file, a proof and the ledger's genesis; a forged or revoked one is found out.

  Background:
    Given the parties Accreditor, School, Student and Mill
    And Accreditor defines the class "certificates", issued by School:
      """
      states Issued, Revoked=15
      flags UniqueContent, Revocable
      """

  Scenario: A thousand certificates, each provable by itself
    When School creates 1,000 objects of the class "certificates" on documents like "certificate"
    Then the document "certificate 512" with a proof of "certificate 512" is found Valid
    And the proof of "certificate 512" has at most 10 hashes
    And the document "certificate 513" with a proof of "certificate 512" is found Forged

  Scenario: A revoked certificate is provably there, and provably revoked
    Given School creates "diploma" of the class "certificates", for Student, on the document "diploma of a student"
    Then the document "diploma of a student" with a proof of "diploma" is found Valid
    When School moves "diploma" to Revoked, because of "plagiarism found"
    Then the document "diploma of a student" with a proof of "diploma" is found Revoked
    And "diploma" went through Issued and Revoked

  @attack
  Scenario: Forged, stolen and self-made certificates
    Given School creates "diploma" of the class "certificates", for Student, on the document "diploma of a student"
    Then the document "diploma of a student" with one byte changed and a proof of "diploma" is found Forged
    And the document "diploma of a mill" with a proof of "diploma" is found Forged
    And the document "diploma of a student" with any byte of a proof of "diploma" changed is not found Valid
    And Mill creates "fake" of the class "certificates", for Student, on the document "diploma of a mill", which is refused: Unauthorized
    And Student moves "diploma" to Revoked, which is refused: Unauthorized
    And School creates "copy" of the class "certificates", on the document "diploma of a student", which is refused: ContentExists
