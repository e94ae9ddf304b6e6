"""The programme's rules: questionnaire, eligibility, counting, fiscal years. No input or output."""
